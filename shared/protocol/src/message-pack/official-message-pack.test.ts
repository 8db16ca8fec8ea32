import { MessageType as OfficialType, NullLogger } from '@microsoft/signalr';
import { MessagePackHubProtocol as OfficialProtocol } from '@microsoft/signalr-protocol-msgpack';
import { expect, test } from 'vitest';
import { type HubMessage, MessagePackHubProtocol, MessageType } from '../index.ts';

const ours = new MessagePackHubProtocol();
const official = new OfficialProtocol();

const values = [
  1,
  -300,
  2 ** 40,
  1.5,
  'ß😀',
  null,
  true,
  [1, [2]],
  { a: { B: 1 } },
  Uint8Array.of(1, 2),
  new Date(1_700_000_000_123),
];
const messages: HubMessage[] = [
  { type: MessageType.Invocation, target: 'm', arguments: values },
  { type: MessageType.Invocation, invocationId: '1', target: 'm', arguments: [], streamIds: ['2'] },
  {
    type: MessageType.StreamInvocation,
    invocationId: '1',
    target: 'm',
    arguments: ['x'.repeat(20_000)],
  },
  { type: MessageType.StreamItem, invocationId: '1', item: values },
  { type: MessageType.Completion, invocationId: '1', hasResult: true, result: values },
  { type: MessageType.Completion, invocationId: '1', hasResult: false },
  { type: MessageType.Completion, invocationId: '1', hasResult: false, error: 'no' },
  { type: MessageType.CancelInvocation, invocationId: '1' },
  { type: MessageType.Ping },
  { type: MessageType.Ack, sequenceId: 5 },
  { type: MessageType.Sequence, sequenceId: 6 },
];

function read(piece: Uint8Array): HubMessage[] {
  const read: HubMessage[] = [];
  ours.createReader(undefined).read(piece, (message) => read.push(message));
  return read;
}

test.each(messages)('a message of the official client is read: %j', (message) => {
  const withHeaders = { headers: {}, ...message } as unknown as Parameters<
    typeof official.writeMessage
  >[0];
  expect(read(new Uint8Array(official.writeMessage(withHeaders)))).toEqual([message]);
});

// The official client drops the kinds that only a server receives.
const received = [
  ...messages,
  { type: MessageType.Close, error: 'e', allowReconnect: true } as const,
].filter(
  ({ type }) => type !== MessageType.StreamInvocation && type !== MessageType.CancelInvocation,
);
test.each(received)('the official client reads a written message: %j', (message) => {
  const bytes = ours.writeMessage(message).slice();
  const [parsed] = official.parseMessages(bytes.buffer as ArrayBuffer, NullLogger.instance);
  const { headers: _headers, ...members } = parsed as unknown as Record<string, unknown>;
  const {
    hasResult: _hasResult,
    streamIds: _streamIds,
    ...expected
  } = message as unknown as Record<string, unknown>;
  expect(members['type']).toBe(message.type as unknown as OfficialType);
  for (const [name, value] of Object.entries(expected)) expect(members[name]).toEqual(value);
});
