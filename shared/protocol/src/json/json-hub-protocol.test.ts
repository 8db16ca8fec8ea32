import { expect, test, vi } from 'vitest';
import { TextEncoder } from '../text-encoding.ts';
import {
  type HubMessage,
  JsonHubProtocol,
  MessageTooLargeError,
  MessageType,
  ProtocolError,
} from '../index.ts';

const json = new JsonHubProtocol();
const RS = '\u001e';

function read(pieces: readonly (string | Uint8Array)[], limit?: number): HubMessage[] {
  const messages: HubMessage[] = [];
  const reader = json.createReader(limit);
  for (const piece of pieces) reader.read(piece, (message) => messages.push(message));
  return messages;
}

test.each<[HubMessage, string]>([
  [
    { type: MessageType.Invocation, target: 'm', arguments: ['a', undefined, null] },
    '{"type":1,"target":"m","arguments":["a",null,null]}',
  ],
  [
    {
      type: MessageType.Invocation,
      invocationId: '1',
      target: 'm',
      arguments: [],
      streamIds: ['2'],
    },
    '{"type":1,"invocationId":"1","target":"m","arguments":[],"streamIds":["2"]}',
  ],
  [
    { type: MessageType.StreamItem, invocationId: '1', item: { a: 1 } },
    '{"type":2,"invocationId":"1","item":{"a":1}}',
  ],
  [
    { type: MessageType.Completion, invocationId: '1', hasResult: true, result: undefined },
    '{"type":3,"invocationId":"1","result":null}',
  ],
  [
    { type: MessageType.Completion, invocationId: '1', hasResult: false },
    '{"type":3,"invocationId":"1"}',
  ],
  [
    { type: MessageType.Completion, invocationId: '"', hasResult: false, error: 'e' },
    '{"type":3,"invocationId":"\\"","error":"e"}',
  ],
  [{ type: MessageType.CancelInvocation, invocationId: '1' }, '{"type":5,"invocationId":"1"}'],
  [{ type: MessageType.Ping }, '{"type":6}'],
  [{ type: MessageType.Close }, '{"type":7}'],
  [
    { type: MessageType.Close, error: 'e', allowReconnect: true },
    '{"type":7,"error":"e","allowReconnect":true}',
  ],
  [{ type: MessageType.Ack, sequenceId: 3 }, '{"type":8,"sequenceId":3}'],
])('writes %j', (message, text) => {
  expect(json.writeMessage(message)).toBe(text + RS);
});

test('written messages are read again', () => {
  const message: HubMessage = {
    type: MessageType.Invocation,
    invocationId: '1',
    target: 'm',
    arguments: [{ a: [1] }],
    streamIds: ['s'],
  };
  expect(read([json.writeMessage(message)])).toEqual([message]);
});

test('the size of the chunks does not change the messages', () => {
  const text = `{"type":3,"invocationId":"ß😀","result":[1]}${RS}{"type":6}${RS}`;
  const bytes = new TextEncoder().encode(text);
  const whole = read([text]);
  expect(whole).toHaveLength(2);
  for (let size = 1; size < bytes.length; size++) {
    const pieces = [];
    for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.subarray(at, at + size));
    expect(read(pieces)).toEqual(whole);
  }
});

test('the limit counts the bytes of each record with its separator', () => {
  const record = JSON.stringify({ type: 1, target: 'ß'.repeat(20), arguments: [] });
  const size = new TextEncoder().encode(record).length + 1;
  expect(read([record + RS + record + RS], size)).toHaveLength(2);
  expect(() => read([record + RS], size - 1)).toThrow(MessageTooLargeError);
  expect(() => read(['x'.repeat(50), 'x'.repeat(51)], 100)).toThrow(MessageTooLargeError);
});

test('messages before an invalid one are returned', () => {
  const messages: HubMessage[] = [];
  expect(() =>
    json
      .createReader(undefined)
      .read(`{"type":6}${RS}nonsense${RS}`, (message) => messages.push(message)),
  ).toThrow(ProtocolError);
  expect(messages).toHaveLength(1);
});

test('invalid UTF-8 is an error and is not replaced', () => {
  expect(() => read([new Uint8Array([0x22, 0xff, 0x22, 0x1e])])).toThrow(ProtocolError);
});

test('an unknown message type is ignored', () => {
  expect(read([`{"type":42}${RS}`])).toEqual([]);
});

test('__proto__ is removed at every depth, and deeply nested values are refused', () => {
  const [message] = read([
    `{"type":1,"target":"m","arguments":[{"__proto__":{"x":1},"a":{"__proto__":1,"b":2}}]}${RS}`,
  ]);
  expect((message as unknown as { arguments: unknown[] }).arguments).toEqual([{ a: { b: 2 } }]);
  expect(Object.getPrototypeOf((message as unknown as { arguments: unknown[] }).arguments[0])).toBe(
    Object.prototype,
  );
  const nest = (depth: number): string =>
    `{"type":1,"target":"m","arguments":${'['.repeat(depth)}${']'.repeat(depth)}}${RS}`;
  expect(read([nest(60)])).toHaveLength(1);
  expect(() => read([nest(65)])).toThrow(ProtocolError);
});

test('a custom payload serializer reads and writes only values', () => {
  const bigints = new JsonHubProtocol({
    payloadSerializer: {
      parse: (text) => JSON.parse(text.replace(/\d{17,}/g, '"$&"')) as unknown,
      stringify: (value) => (typeof value === 'bigint' ? String(value) : JSON.stringify(value)),
    },
  });
  const message = bigints.parseMessage(
    '{"type":1,"invocationId":"1","target":"m","arguments":[12345678901234567890]}',
  );
  expect((message as unknown as { arguments: unknown[] }).arguments).toEqual([
    '12345678901234567890',
  ]);
  expect(
    bigints.writeMessage({
      type: 3,
      invocationId: '1',
      hasResult: true,
      result: 12345678901234567890n,
    }),
  ).toContain('"result":12345678901234567890}');
});

test('a payload serializer that wraps values does not change the other members', () => {
  const wrapping = new JsonHubProtocol({
    payloadSerializer: {
      parse: (text) => (JSON.parse(text) as { json: unknown }).json,
      stringify: (value) => JSON.stringify({ json: value }),
    },
  });
  const written = [
    { type: 1, invocationId: 'i', target: 'm"', arguments: ['a'] },
    { type: 2, invocationId: 'i', item: 'a' },
    { type: 3, invocationId: 'i', hasResult: true, result: 'a' },
    { type: 3, invocationId: 'i', hasResult: false, error: 'e' },
    { type: 5, invocationId: 'i' },
    { type: 7, error: 'e' },
  ].map((message) => wrapping.writeMessage(message as HubMessage).slice(0, -1));
  expect(written).toEqual([
    String.raw`{"type":1,"invocationId":"i","target":"m\"","arguments":[{"json":"a"}]}`,
    '{"type":2,"invocationId":"i","item":{"json":"a"}}',
    '{"type":3,"invocationId":"i","result":{"json":"a"}}',
    '{"type":3,"invocationId":"i","error":"e"}',
    '{"type":5,"invocationId":"i"}',
    '{"type":7,"error":"e"}',
  ]);
  expect(wrapping.createItemWriter('i')('a').slice(0, -1)).toBe(written[1]);
});

test('a payload serializer may write the other strings, too', () => {
  const escaping = new JsonHubProtocol({
    payloadSerializer: {
      parse: JSON.parse,
      stringify: JSON.stringify,
      stringifyText: (text) => `"<${text}>"`,
    },
  });
  const message = { type: 3, invocationId: 'i', hasResult: true, result: 'a' } as const;
  expect(escaping.writeMessage(message)).toContain('"invocationId":"<i>","result":"a"');
});

test('each character is read once, however small the chunks are', () => {
  // Counted, not timed.
  const reader = json.createReader(1_000_000);
  const spy = vi.spyOn(String.prototype, 'indexOf');
  for (let i = 0; i < 10_000; i++) reader.read('x', () => undefined);
  const looked = (spy.mock.contexts as unknown as string[]).reduce(
    (sum, text) => sum + text.length,
    0,
  );
  spy.mockRestore();
  expect(looked).toBe(10_000);
});

test.each(
  [0, -0, 1.5, 1e21, 5e-324, NaN, Infinity, undefined, null, 'x"', [1, { a: -0 }]].map((item) => [
    item,
  ]),
)('an item of a stream is written as any message: %j', (item) => {
  for (const protocol of [
    new JsonHubProtocol(),
    new JsonHubProtocol({
      payloadSerializer: { parse: JSON.parse, stringify: (value) => `[${typeof value}]` },
    }),
  ]) {
    const write = protocol.createItemWriter('a"b');
    expect(write(item)).toBe(protocol.writeMessage({ type: 2, invocationId: 'a"b', item }));
  }
});
