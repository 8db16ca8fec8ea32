import type { StandardSchemaV1 } from '@standard-schema/spec';
import { expect, test } from 'vitest';
import { dotnetJson } from './json/json-serializer.ts';
import { readJson } from './json/json-reader.ts';
import { readMessagePack } from './message-pack/message-pack-reader.ts';
import { dotnetMessagePack } from './message-pack/message-pack-serializer.ts';
import * as schemas from './schemas.ts';

const { anything, bytes, color, dateTimeOffset, decimal, double, float, int, map, person, text } =
  schemas;

function read(type: schemas.Schema, value: unknown): StandardSchemaV1.Result<unknown> {
  return type['~standard'].validate(value) as StandardSchemaV1.Result<unknown>;
}

// All expected values are answers of ASP.NET Core.
test.each<[string, string, schemas.Schema]>([
  ['{"a":1,"10":2,"a":3}', '{"a":3,"10":2}', map(int)],
  [
    '{"NAME":"x","name":"y","other":1}',
    '{"name":"y","age":0,"active":false,"tags":null,"child":null}',
    person,
  ],
  ['{"a":1,"10":2,"a":3.0E5}', '{"a":1,"10":2,"a":3.0E5}', anything],
  [String.raw`["\u0041<\ud83d\ude00"]`, String.raw`["A<\uD83D\uDE00"]`, anything],
  ['-1', '-1', color],
  ['-0', '-0', float],
  ['16777217', '16777216', float],
  [String.raw`"A\u0051=="`, '"AQ=="', bytes],
  ['1.50e1', '15.0', decimal],
])('the JSON %s is written as %s', (json, written, type) => {
  const result = read(type, readJson(json));
  expect('value' in result && dotnetJson.stringify(result.value)).toBe(written);
});

test.each<[string, string, schemas.Schema]>([
  ['05', '05', anything],
  ['d200000005', '05', anything],
  ['91d200000005', '91d200000005', anything],
  ['92050c', '92cc05cc0c', anything],
  ['81a161ff', '81a161d0ff', anything],
  ['ca3fc00000', 'ca3fc00000', anything],
  ['a2c328', 'a4efbfbd28', anything],
  ['a131', 'a5477265656e', color],
  ['aa5265642c2020426c7565', 'a4426c7565', color],
  ['920102', 'c4020102', bytes],
  ['a141', 'c40141', bytes],
  ['caffc00001', 'cbfff8000020000000', double],
  ['92d6ff00000001cd0348', '92d6ff00000001cd0348', dateTimeOffset],
  [
    '81a46e616d65a161',
    '85a44e616d65c0a341676500a6416374697665c2a454616773c0a54368696c64c0',
    person,
  ],
])('the MessagePack %s is written as %s', (hex, written, type) => {
  const result = read(type, readMessagePack(Buffer.from(hex, 'hex')));
  const bytes = 'value' in result ? dotnetMessagePack.encode(result.value) : [];
  expect(Buffer.from(bytes).toString('hex')).toBe(written);
});

test.each<[string, schemas.Schema]>([
  ['82a16105a16106', anything],
  ['d40105', anything],
  ['01', color],
  ['a0', color],
  ['d90141', bytes],
  ['92ff02', bytes],
  ['05', decimal],
  ['cb3ff0000000000000', int],
  ['c40141', text],
  ['810506', person],
  ['92d6ff00000001cd0349', dateTimeOffset],
  ['82a16105a16106', map(int)],
])('the MessagePack %s is refused', (hex, type) => {
  expect(read(type, readMessagePack(Buffer.from(hex, 'hex'))).issues).toHaveLength(1);
});

test('the error message of .NET contains the type and the position', () => {
  expect(read(int, readJson('1.5')).issues).toEqual([
    {
      message:
        'The JSON value could not be converted to System.Int32. Path: $ | LineNumber: 0 | BytePositionInLine: 3.',
    },
  ]);
  expect(read(text, readMessagePack(Uint8Array.of(5))).issues).toEqual([
    { message: "Deserializing object of the `String` type for 'argument' failed." },
  ]);
});

// ASP.NET Core refuses all of these values.
test.each<[string, string, schemas.Schema]>([
  ['a GUID without hyphens', `d920${'30'.repeat(32)}`, schemas.guid],
  ['an array of bytes in an object', '81a4426c6f62920102', schemas.mixed],
])('MessagePack: %s is refused', (_name, hex, type) => {
  expect(read(type, readMessagePack(Buffer.from(hex, 'hex')))).toHaveProperty('issues');
});

test.each(['0', '""', 'null', '[]'])('the JSON %s is no CancellationToken', (json) => {
  expect(read(schemas.cancellationToken, readJson(json))).toHaveProperty('issues');
});

test('-0 is an Int64 and no UInt64', () => {
  expect(read(schemas.long, readJson('-0'))).toEqual({ value: 0n });
  expect(read(schemas.ulong, readJson('-0'))).toHaveProperty('issues');
});

test('the issues of items of uploads contain the name of the exception', () => {
  const messages = [readJson('"x"'), readMessagePack(Uint8Array.of(0xa0))].map((value) => {
    const { issues = [] } = read(schemas.streamItem(int), value);
    return issues.map(({ message }) => message).join();
  });
  expect(messages).toEqual([
    'JsonException: The JSON value could not be converted to System.Int32. Path: $ | LineNumber: 0 | BytePositionInLine: 3.',
    "InvalidDataException: Deserializing object of the `Int32` type for 'item' failed.",
  ]);
});
