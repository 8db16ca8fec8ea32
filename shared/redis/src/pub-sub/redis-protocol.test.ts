import { encode } from '@msgpack/msgpack';
import { expect, test } from 'vitest';
import {
  ForeignMessageError,
  GroupAction,
  readAck,
  readCompletion,
  readGroupCommand,
  readInvocation,
  writeAck,
  writeCompletion,
  writeGroupCommand,
  writeInvocation,
} from './redis-protocol.ts';

const bytes = Uint8Array.of(1, 2);
const command = { id: 7, serverName: 's', action: GroupAction.Add, group: 'g', connectionId: 'c' };

test('each message is read as it was written', () => {
  const invocation = { excludedConnectionIds: ['a', 'b'], messages: new Map([['json', bytes]]) };
  expect(readInvocation(writeInvocation(invocation))).toEqual(invocation);
  const returning = { ...invocation, invocationId: '1', returnAddress: 'r' };
  expect(readInvocation(writeInvocation(returning))).toEqual(returning);
  expect(readGroupCommand(writeGroupCommand(command))).toEqual(command);
  const removal = { ...command, action: GroupAction.Remove };
  expect(readGroupCommand(writeGroupCommand(removal))).toEqual(removal);
  expect(readAck(writeAck(0x7fffffff))).toBe(0x7fffffff);
  const completion = { protocol: 'json', message: bytes };
  expect(readCompletion(writeCompletion(completion))).toEqual(completion);
});

test('only an invocation that waits for a result has an id and an address', () => {
  const invocation = { excludedConnectionIds: [], messages: new Map([['json', bytes]]) };
  const items = [[], { json: bytes }];
  expect(writeInvocation(invocation)).toEqual(encode(items));
  const returning = { ...invocation, invocationId: '1', returnAddress: 'r' };
  expect(writeInvocation(returning)).toEqual(encode([...items, '1', 'r']));
});

test('additional items are ignored, and null instead of an invocation id means none', () => {
  expect(readAck(encode([7, 'more']))).toBe(7);
  expect(readCompletion(encode(['json', bytes, null])).protocol).toBe('json');
  expect(readGroupCommand(encode([7, 's', 1, 'g', 'c', {}])).group).toBe('g');
  expect(readInvocation(encode([[], { json: bytes }, null, null]))).toEqual({
    excludedConnectionIds: [],
    messages: new Map([['json', bytes]]),
  });
});

const read = {
  invocation: readInvocation,
  command: readGroupCommand,
  ack: readAck,
  completion: readCompletion,
} as const;

test.each<[keyof typeof read, unknown]>([
  ['invocation', 7],
  ['invocation', {}],
  ['invocation', null],
  ['invocation', [[]]],
  ['invocation', ['a', { json: bytes }]],
  ['invocation', [{}, { json: bytes }]],
  ['invocation', [[], null]],
  ['invocation', [[], 'text']],
  ['invocation', [[], 7]],
  ['invocation', [[], { json: 'text' }]],
  ['invocation', [[7], { json: bytes }]],
  ['invocation', [[], { json: bytes }, 7, 'r']],
  ['invocation', [[], { json: bytes }, '1', 7]],
  ['command', {}],
  ['command', [7, 's', 1, 'g']],
  ['command', [7, 's', 0, 'g', 'c']],
  ['command', [7, 's', 3, 'g', 'c']],
  ['command', [7, 's', '1', 'g', 'c']],
  ['command', ['7', 's', 1, 'g', 'c']],
  ['command', [7.5, 's', 1, 'g', 'c']],
  ['command', [7, null, 1, 'g', 'c']],
  ['command', [7, 's', 1, 8, 'c']],
  ['command', [7, 's', 1, 'g', 8]],
  ['ack', []],
  ['ack', ['1']],
  ['ack', [1.5]],
  ['ack', 1],
  ['ack', { a: 1 }],
  ['completion', 7],
  ['completion', ['json']],
  ['completion', [7, bytes]],
  ['completion', ['json', 'text']],
])('a message of another program is refused: %s %j', (kind, value) => {
  expect(() => read[kind](encode(value))).toThrow(ForeignMessageError);
});

test('bytes that are no MessagePack, lengths without limits and rest bytes are refused', () => {
  const invalid = ['', 'c1', '91', 'dd00100000', '910101', 'dbffffffff', 'df00010000'];
  for (const hex of invalid)
    for (const reader of Object.values(read))
      expect(() => reader(Buffer.from(hex, 'hex')), hex).toThrow(ForeignMessageError);
  expect(new ForeignMessageError().name).toBe('ForeignMessageError');
});

test.each([
  [[null, '5-0'], '5-0'],
  [[null, 5], undefined],
  [[null, null], undefined],
  [[null], undefined],
])('an invocation with the additional items %j has the position %s', (items, position) => {
  const invocation = readInvocation(encode([[], { json: bytes }, ...items]));
  expect(invocation.position).toBe(position);
  const withoutAddress = encode([[], { json: bytes }, '1']);
  expect(() => readInvocation(withoutAddress)).toThrow(ForeignMessageError);
});
