import { expect, test } from 'vitest';
import { RespError, RespReader } from './resp-reader.ts';

test('a command that is split at any byte is read once it is complete', () => {
  const reader = new RespReader();
  const command = Buffer.from('*2\r\n$3\r\nGET\r\n$1\r\na\r\n');
  const read = [...command].flatMap((byte) => reader.read(Buffer.of(byte)));
  expect(read.map((args) => args.map(String))).toEqual([['GET', 'a']]);
});

test('a command is awaited up to 64 MB and refused above', () => {
  const reader = new RespReader();
  const limit = 64 * 1024 * 1024;
  expect(reader.read(Buffer.from(`*1\r\n$${limit - 100}\r\n`))).toEqual([]);
  expect(reader.read(Buffer.alloc(limit / 2))).toEqual([]);
  expect(() => reader.read(Buffer.alloc(limit / 2))).toThrow(RespError);
});
