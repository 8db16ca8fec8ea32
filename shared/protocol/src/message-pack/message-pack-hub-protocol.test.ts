import { decode, encode, ExtData } from '@msgpack/msgpack';
import { expect, test } from 'vitest';
import {
  type HubMessage,
  MessagePackHubProtocol,
  MessageTooLargeError,
  MessageType,
  ProtocolError,
} from '../index.ts';

const messagePack = new MessagePackHubProtocol();

const hex = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
const fromHex = (text: string): Uint8Array =>
  Uint8Array.from(text.match(/../g) ?? [], (digits) => Number.parseInt(digits, 16));

function read(pieces: readonly Uint8Array[], limit?: number, protocol = messagePack): HubMessage[] {
  const messages: HubMessage[] = [];
  const reader = protocol.createReader(limit);
  for (const piece of pieces) reader.read(piece, (message) => messages.push(message));
  return messages;
}

/** A message from its members. */
const parse = (...members: unknown[]): HubMessage | undefined =>
  messagePack.parseMessage(encode(members));

const completion = (invocationId: string, result: unknown): HubMessage => ({
  type: MessageType.Completion,
  invocationId,
  hasResult: true,
  result,
});

// Bytes as ASP.NET Core wrote them: areas messagepack, limits-and-close and stateful-reconnect of
// the recordings.
test.each<[HubMessage, string]>([
  [completion('1', undefined), '07950380a13103c0'],
  [completion('1', 42), '07950380a131032a'],
  [{ type: MessageType.Completion, invocationId: '1', hasResult: false }, '06940380a13102'],
  [
    { type: MessageType.Completion, invocationId: 's', hasResult: false, error: 'gave up' },
    '0e950380a17301a767617665207570',
  ],
  [{ type: MessageType.StreamItem, invocationId: '1', item: 2 }, '06940280a13102'],
  [
    { type: MessageType.Invocation, target: 'NoArguments', arguments: [] },
    '12960180c0ab4e6f417267756d656e74739090',
  ],
  [
    { type: MessageType.Invocation, invocationId: '1', target: 'Add', arguments: [40, 2] },
    '0d960180a131a341646492280290',
  ],
  [
    {
      type: MessageType.Invocation,
      invocationId: '1',
      target: 'UploadSum',
      arguments: [],
      streamIds: ['s'],
    },
    '13960180a131a955706c6f616453756d9091a173',
  ],
  [
    { type: MessageType.StreamInvocation, invocationId: '1', target: 'Counter', arguments: [3] },
    '10960480a131a7436f756e746572910390',
  ],
  [{ type: MessageType.CancelInvocation, invocationId: '1' }, '05930580a131'],
  [{ type: MessageType.Ping }, '029106'],
  [{ type: MessageType.Close }, '049307c0c2'],
  [
    { type: MessageType.Close, error: 'Connection closed with an error.', allowReconnect: true },
    '259307d920436f6e6e656374696f6e20636c6f736564207769746820616e206572726f722ec3',
  ],
  [{ type: MessageType.Ack, sequenceId: 1 }, '03920801'],
  [{ type: MessageType.Sequence, sequenceId: 2 }, '03920902'],
  ...(
    [
      [127, '7f'],
      [128, 'cc80'],
      [65_535, 'cdffff'],
      [2_147_483_647, 'ce7fffffff'],
      [-32, 'e0'],
      [-33, 'd0df'],
      [-32_769, 'd2ffff7fff'],
      [1.5, 'cb3ff8000000000000'],
      [true, 'c3'],
      ['', 'a0'],
      ['Grüße 😀', 'ac4772c3bcc39f6520f09f9880'],
      ['z'.repeat(32), `d920${'7a'.repeat(32)}`],
      [Uint8Array.of(0, 1, 254, 255), 'c4040001feff'],
      [['a', null], '92a161c0'],
      [{ One: 1, two: 2 }, '82a34f6e6501a374776f02'],
      [new Date('2024-01-01T00:00:00Z'), 'd6ff65920080'],
    ] as const
  ).map(([value, bytes]): [HubMessage, string] => {
    const body = `950380a13103${bytes}`;
    return [completion('1', value), (body.length / 2).toString(16).padStart(2, '0') + body];
  }),
  [completion('1', 'x'.repeat(300)), `b502950380a13103da012c${'78'.repeat(300)}`],
])('writes %j', (message, bytes) => {
  expect(hex(messagePack.writeMessage(message))).toBe(bytes);
  expect(read([fromHex(bytes)]).map((again) => hex(messagePack.writeMessage(again)))).toEqual([
    bytes,
  ]);
});

test('forms that ASP.NET Core accepts are read: long numbers, headers, no stream ids, nil as the id', () => {
  const target = 'Add';
  const call = { type: MessageType.Invocation, target, streamIds: undefined };
  expect(read([fromHex('14960180a131a74563686f496e7491ce0000000590')])).toEqual([
    { ...call, target: 'EchoInt', invocationId: '1', arguments: [5] },
  ]);
  expect(parse(1, { Foo: 'Bar' }, '1', target, [1, 2], [])).toEqual({
    ...call,
    invocationId: '1',
    arguments: [1, 2],
  });
  expect(parse(1, {}, '1', target, [1, 2])).toEqual({
    ...call,
    invocationId: '1',
    arguments: [1, 2],
  });
  for (const id of [null, ''])
    expect(parse(1, {}, id, target, [], [])).toEqual({ ...call, arguments: [] });
  expect(parse(7, null)).toEqual({ type: MessageType.Close });
  expect(parse(42, 'later')).toBeUndefined();
});

test.each([
  [[], "Reading 'messageType' as Int32 failed."],
  [['1'], "Reading 'messageType' as Int32 failed."],
  [[1, null, '1', 'm', []], "Reading map length for 'headers' failed."],
  [[1, { a: 1 }, '1', 'm', []], "Reading 'headers[0].Value' as String failed."],
  [[1, { a: null }, '1', 'm', []], 'Null or empty value in header.'],
  [[1, { '': 'a' }, '1', 'm', []], 'Null or empty key in header.'],
  [[1, {}, 1, 'm', []], "Reading 'invocationId' as String failed."],
  [[1, {}, '1', null, []], 'Null or empty target for Invocation message.'],
  [[1, {}, '1', 5, []], "Reading 'target' as String failed."],
  [[2, {}, null, 1], 'Null or empty invocation ID for StreamItem message.'],
  [[3, {}, '', 2], 'Null or empty invocation ID for Completion message.'],
  [[3, {}, '1', 4], 'Invalid invocation result kind.'],
  [[3, {}, '1', 1, 5], "Reading 'error' as String failed."],
  [[4, {}, '1', null, []], 'Null or empty target for StreamInvocation message.'],
  [[4, {}, null, 'm', []], 'Null or empty invocation ID for StreamInvocation message.'],
  [[5, {}, ''], 'Null or empty invocation ID for CancelInvocation message.'],
  [[7, 1], "Reading 'error' as String failed."],
  [[7, null, 1], "Reading 'allowReconnect' as Boolean failed."],
  [[8], "Reading 'sequenceId' as Int64 failed."],
  [[9, 1.5], "Reading 'sequenceId' as Int64 failed."],
])('%j is refused', (members, text) => {
  expect(() => parse(...members)).toThrow(new ProtocolError(text));
});

test('a message that is not an array is refused', () => {
  expect(() => read([fromHex('0481a16101')])).toThrow(
    'Unexpected msgpack code 129 (fixmap) encountered.',
  );
  expect(() => read([fromHex('00')])).toThrow(ProtocolError);
});

test('messages before an invalid one are returned', () => {
  const messages: HubMessage[] = [];
  expect(() =>
    messagePack
      .createReader(undefined)
      .read(fromHex('0291060481a16101'), (message) => messages.push(message)),
  ).toThrow(ProtocolError);
  expect(messages).toEqual([{ type: MessageType.Ping }]);
});

test('the limit counts the message with its length', () => {
  const message = messagePack.writeMessage(completion('1', 'x'.repeat(300)));
  expect(read([message, message], message.length)).toHaveLength(2);
  expect(() => read([message], message.length - 1)).toThrow(MessageTooLargeError);
  // The length alone is enough.
  expect(() => read([message.subarray(0, 2)], message.length - 1)).toThrow(
    `The maximum message size of ${message.length - 1}B was exceeded.`,
  );
});

test('ten thousand calls in one chunk are read', () => {
  const call = messagePack.writeMessage({
    type: MessageType.Invocation,
    target: 'm',
    arguments: [1],
  });
  const piece = new Uint8Array(10_000 * call.length);
  for (let i = 0; i < 10_000; i++) piece.set(call, i * call.length);
  expect(read([piece], call.length)).toHaveLength(10_000);
});

test('keys that change a prototype are removed, and other keys become strings', () => {
  const bytes = Uint8Array.of(1, 2);
  const argument = (...value: number[]): Uint8Array =>
    Uint8Array.of(0x95, 1, 0x80, 0xc0, 0xa1, 0x6d, 0x91, ...value);
  const proto = encode({ ['__proto__']: { x: 1 }, a: [{ ['__proto__']: 1, b: 2 }], bytes });
  const message = messagePack.parseMessage(argument(...proto)) as unknown as {
    arguments: object[];
  };
  expect(message.arguments).toEqual([{ a: [{ b: 2 }], bytes }]);
  expect(Object.getPrototypeOf(message.arguments[0])).toBe(Object.prototype);
  expect(messagePack.parseMessage(argument(0x83, 0xc3, 1, 5, 2, 0xc0, 3))).toMatchObject({
    arguments: [{ true: 1, 5: 2, null: 3 }],
  });
  expect(messagePack.parseMessage(argument(0x81, 0x90, 1))).toMatchObject({
    arguments: [undefined],
    argumentsError: { code: 'ERR_SIGNALR_PROTOCOL_INVALID_MESSAGE_PACK' },
  });
});

test('binary values and extensions are copied from the chunk', () => {
  const call: HubMessage = {
    type: MessageType.Invocation,
    target: 'm',
    arguments: [Uint8Array.of(1, 2), new ExtData(5, Uint8Array.of(3))],
  };
  const piece = messagePack.writeMessage(call).slice();
  const [message] = read([piece]) as unknown as [{ arguments: [Uint8Array, ExtData] }];
  piece.fill(0);
  expect(message.arguments).toEqual(call.arguments);
});

test('a written message does not change when others are written', () => {
  const messages = Array.from({ length: 500 }, (_, i) =>
    completion(String(i), 'x'.repeat((i * 37) % 3000)),
  );
  const written = messages.map((message) => messagePack.writeMessage(message));
  expect(written.flatMap((bytes) => read([bytes]))).toEqual(messages);
});

test('a custom payload serializer reads and writes only values', () => {
  const options = { useBigInt64: true, forceIntegerToFloat: true };
  const spelled: unknown[] = [];
  const own = new MessagePackHubProtocol({
    payloadSerializer: {
      decode: (bytes) => decode(bytes, options),
      encode(value) {
        spelled.push(value);
        return encode(value, options);
      },
    },
  });
  const call: HubMessage = {
    type: MessageType.Invocation,
    invocationId: '1',
    target: 'm',
    arguments: [1, 2n ** 63n, { a: 1 }],
    streamIds: ['s'],
  };
  const bytes = own.writeMessage(call);
  expect(spelled).toEqual(call.arguments);
  expect(hex(bytes)).toBe(
    '29960180a131a16d93cb3ff0000000000000cf800000000000000081a161cb3ff000000000000091a173',
  );
  expect(read([bytes], undefined, own)).toEqual([call]);
  const others: HubMessage[] = [
    { type: MessageType.Invocation, target: 'm', arguments: Array.from({ length: 20 }, () => -1n) },
    { type: MessageType.StreamItem, invocationId: '1', item: 5n },
    completion('1', -(2n ** 63n)),
    { type: MessageType.Completion, invocationId: '1', hasResult: false, error: 'e' },
    { type: MessageType.Completion, invocationId: '1', hasResult: false },
    { type: MessageType.Ack, sequenceId: 7 },
  ];
  for (const message of others)
    expect(read([own.writeMessage(message)], undefined, own)).toEqual([message]);
});

test('an error of a payload serializer is a ProtocolError', () => {
  const own = new MessagePackHubProtocol({
    payloadSerializer: {
      encode,
      decode() {
        throw new Error('no');
      },
    },
  });
  expect(own.parseMessage(encode([6]))).toEqual({ type: MessageType.Ping });
  expect(own.parseMessage(encode([1, {}, null, 'm', []]))).toMatchObject({
    arguments: [],
    argumentsError: { code: 'ERR_SIGNALR_PROTOCOL_INVALID_MESSAGE_PACK' },
  });
});

test.each([
  [{}, "Reading array length for 'streamIds' failed."],
  [[1], 'Unexpected msgpack code 1 (positive fixint) encountered.'],
  [[null], 'Null or empty value in streamIds received.'],
  [[''], 'Null or empty value in streamIds received.'],
])('the stream ids %j are refused if the arguments match', (streamIds, text) => {
  expect(parse(1, {}, '1', 'm', [2], streamIds)).toMatchObject({
    arguments: [2],
    envelopeError: { message: text },
  });
});

test.each([15, 16, 255, 256, 65_535, 65_536, 70_000])(
  'a custom payload serializer writes %i arguments',
  (length) => {
    const own = new MessagePackHubProtocol({ payloadSerializer: { encode, decode } });
    const call: HubMessage = {
      type: MessageType.Invocation,
      target: 'm',
      arguments: Array.from({ length }, (_, i) => i % 100),
    };
    expect(read([own.writeMessage(call)], undefined, own)).toEqual([call]);
  },
);
