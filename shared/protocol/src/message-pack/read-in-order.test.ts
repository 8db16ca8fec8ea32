import { expect, test } from 'vitest';
import { MessagePackHubProtocol, ProtocolError } from '../index.ts';

const protocol = new MessagePackHubProtocol();
const parse = (hex: string) =>
  protocol.parseMessage(
    Uint8Array.from(hex.match(/../g) ?? [], (digits) => Number.parseInt(digits, 16)),
  );

const END = 'EndOfStreamException: Attempted to read past the end of the stream.';
const invalid = (text: string) => `InvalidDataException: ${text}`;
const unexpected = (text: string) =>
  `MessagePackSerializationException: Unexpected msgpack code ${text} encountered.`;

// The errors are answers of ASP.NET Core with detailed errors.
test.each([
  ['', END],
  ['91', END],
  ['92ff', END],
  ['9501c0', END],
  ['9501de0001', END],
  ['950181a161', END],
  ['94038000', END],
  ['80', unexpected('128 (fixmap)')],
  ['c0', unexpected('192 (nil)')],
  ['d4', unexpected('212 (fixext 1)')],
  ['950380a13103c1', unexpected('193 ((never used))')],
  ['90', invalid("Reading 'messageType' as Int32 failed.")],
  ['91cb4018000000000000', invalid("Reading 'messageType' as Int32 failed.")],
  ['940380a131ca40000000', invalid("Reading 'resultKind' as Int32 failed.")],
  ['91c1', invalid("Reading 'messageType' as Int32 failed.")],
  ['91cfffffffffffffffff', invalid("Reading 'messageType' as Int32 failed.")],
  ['9501c0c0c0c0c0', invalid("Reading map length for 'headers' failed.")],
  ['950181a161c0', invalid("Reading map length for 'headers' failed.")],
  ['950181a161c0c0c0c0c0', invalid('Null or empty value in header.')],
  ['950181a0a162a131a17490', invalid('Null or empty key in header.')],
  ['9501810102a131a17490', invalid("Reading 'headers[0].Key' as String failed.")],
  ['950181a16101a131a17490', invalid("Reading 'headers[0].Value' as String failed.")],
  ['920580', invalid("Reading 'invocationId' as String failed.")],
  ['950180c40131a174', invalid("Reading 'invocationId' as String failed.")],
  ['950180a131a5', invalid("Reading 'target' as String failed.")],
  ['950380a13101', invalid("Reading 'error' as String failed.")],
  ['9107', invalid("Reading 'error' as String failed.")],
  ['9209cb', invalid("Reading 'sequenceId' as Int64 failed.")],
  ['9209cfffffffffffffffff', invalid("Reading 'sequenceId' as Int64 failed.")],
])('the bytes %j are refused: %s', (bytes, error) => {
  let thrown: unknown;
  try {
    parse(bytes);
  } catch (caught) {
    thrown = caught;
  }
  expect(thrown).toBeInstanceOf(ProtocolError);
  expect(String(thrown)).toBe(error);
});

test('bytes after the last member are ignored', () => {
  expect(parse('910600')).toEqual({ type: 6 });
  expect(parse('950180a131a17490ff')).toMatchObject({ target: 't', arguments: [] });
  expect(parse('960180a131a1749101' + '91a173' + '00')).toMatchObject({
    arguments: [1],
    streamIds: ['s'],
  });
});

test('integers may have any size', () => {
  expect(parse('91cf0000000000000006')).toEqual({ type: 6 });
  expect(parse('91cd0006')).toEqual({ type: 6 });
  expect(parse('9209cf000000000000000500')).toEqual({ type: 9, sequenceId: 5 });
  expect(parse('9209d0fe00')).toEqual({ type: 9, sequenceId: -2 });
});

test('a string that is not UTF-8 gets replacement characters', () => {
  expect(parse('950180a131a274ff90ff')).toMatchObject({ target: 't\ufffd' });
  expect(parse('950180a131a3c3a47490')).toMatchObject({ target: 'ät', arguments: [] });
  expect(parse('950180a131a747e0744974656d90')).toMatchObject({ target: 'G\ufffdtItem' });
});

// The decoder alone reads c06e as a period.
test.each([
  ['950180a131a461c06e6290', { target: 'a\ufffdnb' }],
  ['950180a2c06ea17490', { invocationId: '\ufffdn' }],
  ['940280a2c06e05', { invocationId: '\ufffdn', item: 5 }],
  ['930580a2c06e', { invocationId: '\ufffdn' }],
  [`950180a131d920${'61'.repeat(32)}90`, { target: 'a'.repeat(32) }],
])('%s is read with valid UTF-8', (hex, members) => {
  expect(parse(hex)).toMatchObject(members);
});

test.each(['930280a131', '940280a131c1', '940280a131a561'])(
  'the item of %s cannot be read, which fails its stream only',
  (hex) => {
    expect(parse(hex)).toEqual({
      type: 2,
      invocationId: '1',
      item: undefined,
      itemError: expect.any(ProtocolError) as unknown,
    });
  },
);
