import { createRequire } from 'node:module';
import { type HubMessage, JsonHubProtocol, MessageType, NullLogger } from '@microsoft/signalr';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { RecoveryProtocol } from './recovery-protocol.ts';

/** The part of the official client that counts messages and drops repeated ones. */
interface MessageBuffer {
  readonly _nextReceivingSequenceId: number;
  _shouldProcessMessage(message: HubMessage): boolean;
  _resetSequence(message: HubMessage): void;
  _disconnected(): void;
}
const { MessageBuffer } = createRequire(import.meta.url)(
  '@microsoft/signalr/dist/cjs/MessageBuffer.js',
) as { MessageBuffer: new (protocol: object, connection: object, size: number) => MessageBuffer };

const json = new JsonHubProtocol();
const call = (target: string, argument?: unknown, rest: object = {}): HubMessage =>
  ({ type: MessageType.Invocation, target, arguments: [argument], ...rest }) as HubMessage;
const message = (text: string): HubMessage => call('receive', text);
const at = (positions: string): HubMessage => call('__position', positions);
const replayed = (position: string): HubMessage =>
  call('__position', position, { arguments: [position, true] });
const confirm = (invocationId: string): HubMessage => call('confirm', 'call', { invocationId });
const reply = (invocationId: string, position: string): HubMessage => ({
  type: MessageType.Completion,
  invocationId,
  result: { groups: [], recovered: true, position, session: 's' },
});

/** What a server sends to a client that recovers twice. Its first message has the number 1. */
const messages: readonly HubMessage[] = [
  at('9-0 9-1'),
  message('live 9-0'),
  confirm('1'),
  replayed('8-0'),
  message('missed 8-0'),
  message('live 9-1'),
  call('__reached', '9-1'),
  replayed('9-0'),
  message('live 9-0'),
  message('direct'),
  reply('recovery 1', '9-0'),
  at('9-2'),
  message('live 9-2'),
  call('__reached', '9-3'),
  call('__resync'),
  at('12-0 12-1'),
  message('live 12-0'),
  replayed('10-0'),
  message('missed 10-0'),
  call('__resync'),
  message('live 12-1'),
  confirm('2'),
  replayed('10-0'),
  message('missed 10-0'),
  reply('recovery 3', '10-0'),
  at('12-2'),
  message('live 12-2'),
];

beforeEach(() => {
  // The official client acknowledges messages after a second.
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  vi.useRealTimers();
});

interface Break {
  /** The number of messages after which the socket breaks. */
  readonly after: number;
  /** The number of messages that the server knows to be received, out of those that are. */
  readonly acknowledged: number;
}

/** Runs the official client, whose sockets break. Returns what its handlers receive. */
function receiveAll(breaks: readonly Break[]): readonly unknown[] {
  const protocol = new RecoveryProtocol(json);
  const stop = (error: Error): void => {
    throw error;
  };
  const buffer = new MessageBuffer(protocol, { stop, send: () => undefined }, 100_000);
  const received: unknown[] = [];
  let recoveries = 0;
  const recover = (): void => {
    recoveries++;
    const invocationId = `recovery ${recoveries}`;
    protocol.writeMessage(call('__recover', null, { invocationId }));
  };
  const receive = (sent: HubMessage): void => {
    const data = json.writeMessage(sent) as string;
    for (const parsed of protocol.parseMessages(data, NullLogger.instance)) {
      if (!buffer._shouldProcessMessage(parsed)) continue;
      if (parsed.type === MessageType.Sequence) buffer._resetSequence(parsed);
      if (parsed.type === MessageType.Completion) received.push(parsed.invocationId);
      if (parsed.type !== MessageType.Invocation) continue;
      if (parsed.target === '__resync') recover();
      if (!['__position', '__reached'].includes(parsed.target))
        received.push(parsed.arguments[0] ?? parsed.target);
    }
  };
  protocol.hold();
  recover();
  let acknowledged = 0;
  let next = 0;
  for (const { after, acknowledged: limit } of breaks) {
    for (; next < after; next++) receive(messages[next] as HubMessage);
    // The client stops if the server starts after a message that it has not repeated yet.
    const known = Math.min(limit, buffer._nextReceivingSequenceId - 1);
    acknowledged = Math.max(acknowledged, known);
    buffer._disconnected();
    receive({ type: MessageType.Sequence, sequenceId: acknowledged + 1 });
    next = acknowledged;
  }
  for (; next < messages.length; next++) receive(messages[next] as HubMessage);
  received.push(protocol.position);
  return received;
}

test('without a broken socket, the client receives each message once and in order', () => {
  expect(receiveAll([])).toEqual([
    'call',
    'missed 8-0',
    'live 9-0',
    'live 9-1',
    'direct',
    'recovery 1',
    'live 9-2',
    '__resync',
    '__resync',
    'call',
    'missed 10-0',
    'live 12-0',
    'live 12-1',
    'recovery 3',
    'live 12-2',
    '12-2',
  ]);
});

test('a stateful reconnect during a recovery repeats no message, wherever the socket breaks', () => {
  const expected = receiveAll([]);
  const count = fc.nat(messages.length);
  const breaks = fc.array(fc.record({ after: count, acknowledged: count }), { maxLength: 4 });
  fc.assert(
    fc.property(breaks, (list) => {
      expect(receiveAll(list)).toEqual(expected);
    }),
    { numRuns: 200, seed: 19 },
  );
});
