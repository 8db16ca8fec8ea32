import { setImmediate } from 'node:timers/promises';
import { JsonHubProtocol, MessagePackHubProtocol } from '@practical-signalr/protocol';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Gate } from '../connections/gate.ts';
import type { LifetimeConnection } from './lifetime-connection.ts';
import { LocalLifetimeManager } from './local-lifetime-manager.ts';
import type { SharedMessage } from './shared-message.ts';

const protocol = new JsonHubProtocol();

/** A connection that stores the first argument of each message. */
class Receiver implements LifetimeConnection {
  readonly connectionId: string;
  readonly userIdentifier: string;
  readonly received: unknown[] = [];
  /** Runs when a message arrives. */
  onWrite: () => void = () => undefined;
  /** While set, the buffer of the connection has no room. */
  room: Gate | undefined;

  constructor(connectionId: string) {
    this.connectionId = connectionId;
    this.userIdentifier = `user of ${connectionId}`;
  }

  write(message: SharedMessage): Promise<void> | undefined {
    const record = String(message.encoded(protocol)?.payload).slice(0, -1);
    const { arguments: args } = JSON.parse(record) as { arguments: unknown[] };
    this.received.push(args[0]);
    this.onWrite();
    return this.room?.wait();
  }
}

async function connect(
  ...ids: readonly string[]
): Promise<{ manager: LocalLifetimeManager; receivers: Receiver[] }> {
  const manager = new LocalLifetimeManager();
  const receivers = ids.map((id) => new Receiver(id));
  for (const receiver of receivers) await manager.onConnected(receiver);
  return { manager, receivers };
}

test('messages to different targets reach a connection in the order of the sends', async () => {
  const { manager, receivers } = await connect('a', 'b');
  await manager.addToGroup('a', 'g');
  for (let i = 0; i < 50; i += 5) {
    void manager.sendAll('m', [i]);
    void manager.sendGroup('g', 'm', [i + 1]);
    void manager.sendUser('user of a', 'm', [i + 2]);
    void manager.sendConnection('a', 'm', [i + 3]);
    void manager.sendAllExcept('m', [i + 4], ['b']);
  }
  expect(receivers[0]?.received).toEqual(Array.from({ length: 50 }, (_, i) => i));
});

test('a send reaches the members at the time of the call, although it is not awaited', async () => {
  const { manager, receivers } = await connect('a', 'b');
  await manager.addToGroup('a', 'g');
  const sends = [manager.sendGroup('g', 'm', ['first'])];
  void manager.removeFromGroup('a', 'g');
  void manager.addToGroup('b', 'g');
  sends.push(manager.sendGroup('g', 'm', ['second']));
  await Promise.all(sends);
  expect(receivers.map(({ received }) => received)).toEqual([['first'], ['second']]);
});

test('receivers that disconnect in the middle of a send do not affect the others', async () => {
  const { manager, receivers } = await connect('a', 'b', 'c', 'd');
  const [a, b, c, d] = receivers as [Receiver, Receiver, Receiver, Receiver];
  for (const { connectionId } of receivers) await manager.addToGroup(connectionId, 'g');
  b.onWrite = () => {
    void manager.onDisconnected(a);
    void manager.onDisconnected(b);
    void manager.onDisconnected(c);
  };
  await manager.sendGroup('g', 'm', [1]);
  expect([a.received, b.received, d.received]).toEqual([[1], [1], [1]]);
  await manager.sendGroup('g', 'm', [2]);
  expect([a.received, b.received, c.received, d.received]).toEqual([[1], [1], [], [1, 2]]);
});

test('a send resolves when the buffers of all receivers have room', async () => {
  const { manager, receivers } = await connect('a', 'b', 'c');
  const [a, b] = receivers as [Receiver, Receiver];
  const gates = [new Gate(), new Gate()] as const;
  [a.room, b.room] = gates;
  const events: string[] = [];
  const send = manager.sendAll('m', [1]).then(() => events.push('resolved'));
  expect(receivers.map(({ received }) => received)).toEqual([[1], [1], [1]]);
  gates[1].open();
  await setImmediate(); // all promises that can resolve have resolved
  events.push('one has room');
  gates[0].open();
  await send;
  expect(events).toEqual(['one has room', 'resolved']);
});

type Step = readonly [
  'connect' | 'disconnect' | 'join' | 'leave' | 'sendGroup' | 'sendAll',
  id: string,
  group: string,
];
const step: fc.Arbitrary<Step> = fc.tuple(
  fc.constantFrom('connect', 'disconnect', 'join', 'join', 'leave', 'sendGroup', 'sendAll'),
  fc.constantFrom('a', 'b', 'c'),
  fc.constantFrom('g', 'h'),
);

test('any order of joins, leaves, sends and disconnects has the outcome of a simple model', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const { manager, receivers } = await connect('a', 'b', 'c');
      const groups = new Map(
        receivers.map(({ connectionId }) => [connectionId, new Set<string>()]),
      );
      const expected = new Map<string, unknown[]>(
        receivers.map(({ connectionId }) => [connectionId, []]),
      );
      const sends: Promise<void>[] = [];
      for (const [number, [kind, id, group]] of steps.entries()) {
        const receiver = receivers.find(({ connectionId }) => connectionId === id) as Receiver;
        switch (kind) {
          case 'connect':
            if (groups.has(id)) break;
            sends.push(manager.onConnected(receiver));
            groups.set(id, new Set());
            break;
          case 'disconnect':
            sends.push(manager.onDisconnected(receiver));
            groups.delete(id);
            break;
          case 'join':
            sends.push(manager.addToGroup(id, group));
            groups.get(id)?.add(group);
            break;
          case 'leave':
            sends.push(manager.removeFromGroup(id, group));
            groups.get(id)?.delete(group);
            break;
          case 'sendGroup':
            sends.push(manager.sendGroup(group, 'm', [number]));
            for (const [member, joined] of groups)
              if (joined.has(group)) expected.get(member)?.push(number);
            break;
          case 'sendAll':
            sends.push(manager.sendAll('m', [number]));
            for (const member of groups.keys()) expected.get(member)?.push(number);
            break;
        }
      }
      await Promise.all(sends);
      for (const { connectionId, received } of receivers)
        expect(received).toEqual(expected.get(connectionId));
    }),
    { numRuns: 300 },
  );
});

test('a message that one of the hub protocols cannot encode reaches nobody', async () => {
  const { manager, receivers } = await connect('a', 'b', 'c');
  const messagePack = new MessagePackHubProtocol();
  receivers.forEach((receiver, i) =>
    Object.assign(receiver, { protocol: i === 2 ? messagePack : protocol }),
  );
  for (const id of ['a', 'b']) await manager.addToGroup(id, 'json');
  await manager.addToGroup('c', 'messagepack');
  const value = { run: () => undefined }; // JSON omits it
  const users = ['user of a', 'user of c'];
  for (const send of [
    () => manager.sendAll('m', [value]),
    () => manager.sendGroups(['json', 'messagepack'], 'm', [value]),
    () => manager.sendUsers(users, 'm', [value]),
    () => manager.sendConnections(['a', 'c'], 'm', [value]),
  ]) {
    await expect(async () => send()).rejects.toThrow();
  }
  expect(receivers.map(({ received }) => received)).toEqual([[], [], []]);
  await manager.sendAllExcept('m', [value], ['c']);
  await manager.sendGroup('json', 'm', [value]);
  expect(receivers.map(({ received }) => received)).toEqual([[{}, {}], [{}, {}], []]);
});
