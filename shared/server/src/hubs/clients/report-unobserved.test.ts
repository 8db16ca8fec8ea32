import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Hub, type HubContext } from '../../index.ts';
import type { UntypedClient } from '../client-contract.ts';
import { CollectingLogger } from '../../testing/collecting-logger.ts';
import { RawClient } from '../../testing/raw-client.ts';
import { testServer, type TestServer } from '../../testing/index.ts';

const contextsInTimers: unknown[] = [];

class SendHub extends Hub {
  unawaited(): void {
    void this.clients.all.send('Big', 1n);
    void this.clients.caller.invoke('Ask', 1n);
    void this.groups.add(this.context.connectionId, '');
  }
  async awaited(): Promise<string> {
    return this.clients.all.send('Big', 1n).then(
      () => 'sent',
      (error: Error) => error.name,
    );
  }
  late(): void {
    setImmediate(() => {
      void this.clients.all.send('Late', 'x');
      void this.clients.caller.invoke('LateInvoke');
      void this.groups.add('id', 'group');
      void this.groups.remove('id', 'group');
    });
  }
  readContextLate(): void {
    setImmediate(() => {
      const { connectionId, userIdentifier, items, invocationAborted } = this.context;
      contextsInTimers.push([connectionId, userIdentifier, items.size, invocationAborted.aborted]);
    });
  }
  say(text: string): string {
    return text;
  }
}
const methods = ['unawaited', 'awaited', 'late', 'readContextLate', 'say'] as const;

const RS = '\u001e';
const call = (target: string, ...args: unknown[]): string =>
  JSON.stringify({ type: 1, invocationId: '1', target, arguments: args }) + RS;

let server: TestServer;
let hub: HubContext<UntypedClient>;
let client: RawClient;
let logger: CollectingLogger;
const rejections: unknown[] = [];
const onRejection = (error: unknown): void => {
  rejections.push(error);
};
beforeEach(async () => {
  process.on('unhandledRejection', onRejection);
  logger = new CollectingLogger();
  server = await testServer((signalr) => (hub = signalr.mapHub('/hub', SendHub, { methods })), {
    logger,
  });
  client = await RawClient.connect(`${server.url}/hub`);
});
afterEach(async () => {
  await nextTurn(); // Node reports unhandled rejections after the microtasks.
  process.off('unhandledRejection', onRejection);
  expect(rejections.splice(0)).toEqual([]);
  client.send(call('Say', 'still open'));
  expect(await client.next()).toContain('"still open"');
  client.close();
  await server.close();
});

const logged = (text: string): Promise<void> =>
  expect.poll(() => logger.lines.filter((line) => line.includes(text))).toHaveLength(1);

test('a send that nobody awaits and that cannot be serialized is logged with hub and method', async () => {
  client.send(call('Unawaited'));
  expect(await client.next()).toBe('{"type":3,"invocationId":"1","result":null}');
  await logged("error SendHub could not send 'Big', and the application did not await it.");
  await logged("error SendHub could not send 'Ask'");
  await logged("error SendHub could not send 'groups.add'");
});

test('a send that is awaited rejects and is not logged', async () => {
  client.send(call('Awaited'));
  expect(await client.next()).toBe('{"type":3,"invocationId":"1","result":"TypeError"}');
  await nextTurn();
  expect(logger.lines).toEqual([]);
  await expect(hub.clients.all.send('Big', 1n)).rejects.toThrow(TypeError);
  await expect(Promise.all([hub.clients.all.send('Big', 1n), nextTurn()])).rejects.toThrow(
    TypeError,
  );
  await expect(hub.groups.add('id', '')).rejects.toThrow(TypeError);
  await nextTurn();
  expect(logger.lines).toEqual([]);
});

test('a timer that uses a hub after its call is logged with hub and method', async () => {
  client.send(call('Late'));
  expect(await client.next()).toBe('{"type":3,"invocationId":"1","result":null}');
  await logged("error SendHub could not send 'Late'");
  await logged("error SendHub could not send 'LateInvoke'");
  await logged("error SendHub could not send 'groups.add'");
  await logged("error SendHub could not send 'groups.remove'");
  expect(logger.lines.join('\n')).toContain('Cannot access a disposed object');
});

test('a timer that reads the context after the call is logged and does not throw', async () => {
  client.send(call('ReadContextLate'));
  expect(await client.next()).toBe('{"type":3,"invocationId":"1","result":null}');
  await logged('error SendHub used its context after its call has ended.');
  expect(contextsInTimers.splice(0)).toEqual([[expect.any(String), undefined, 0, true]]);
});

test('a hub context logs a send that nobody awaits', async () => {
  void hub.clients.all.send('Big', 1n);
  void hub.clients.client('nobody').invoke('Ask');
  await logged("error SendHub could not send 'Big'");
  await logged("error SendHub could not send 'Ask'");
});
