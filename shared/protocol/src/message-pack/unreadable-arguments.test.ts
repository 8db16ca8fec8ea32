import { expect, test } from 'vitest';
import { MessagePackHubProtocol, ProtocolError } from '../index.ts';

const protocol = new MessagePackHubProtocol();
/** [1, {}, 'a', 't', …] or [4, …] */
const start = (type: number, members: number) => [
  0x90 + members,
  type,
  0x80,
  0xa1,
  0x61,
  0xa1,
  0x74,
];
const parse = (...bytes: number[]) => protocol.parseMessage(Uint8Array.from(bytes));

test.each<[string, number[]]>([
  ['an array with an unknown format byte', [0x91, 0xc1]],
  ['an array with fewer values than claimed', [0x92, 1]],
  ['an array with a string that is cut off', [0x91, 0xa5, 0x61]],
  ['a claim of 4 GB', [0xdd, 0xff, 0xff, 0xff, 0xff]],
  ['a nest of 70 arrays', Array.from({ length: 70 }, () => 0x91)],
  ['an array with an object as a key', [0x91, 0x81, 0x90, 1]],
  ['a string', [0xa1, 0x61]],
  ['nothing', []],
])('%s as arguments fails the call only', (_name, bytes) => {
  for (const type of [1, 4]) {
    expect(parse(...start(type, 5), ...bytes)).toEqual({
      type,
      invocationId: 'a',
      target: 't',
      // Only their number is known, if any.
      arguments: expect.not.arrayContaining([expect.anything()]) as unknown,
      streamIds: undefined,
      argumentsError: expect.any(ProtocolError) as unknown,
    });
  }
});

test.each([
  ['another message', [0x95, 3, 0x80, 0xa1, 0x61, 3, 0xc1]],
  ['headers that are no map', [0x95, 1, 0x90, 0xa1, 0x61, 0xa1, 0x74, 0x91, 0xc1]],
  ['a missing target', [0x95, 1, 0x80, 0xa1, 0x61, 0xc0, 0x91, 0xc1]],
  ['nothing', []],
])('%s is an error of the message', (_name, bytes) => {
  expect(() => parse(...bytes)).toThrow(ProtocolError);
});

test('the number of arguments that cannot be read is known', () => {
  expect(parse(...start(1, 5), 0x92, 0xc1, 0xc1)).toMatchObject({
    arguments: [undefined, undefined],
    argumentsError: expect.any(ProtocolError) as unknown,
  });
});

test('invalid stream ids are an error of the message only if the arguments match', () => {
  expect(parse(...start(1, 6), 0x91, 1, 1)).toMatchObject({
    target: 't',
    arguments: [1],
    envelopeError: expect.any(ProtocolError) as unknown,
  });
});
