import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { MAXIMUM_BODY, readJson } from './read-json.ts';

/** A request whose body is still to be read, or has been read by middleware. */
const request = (text: string, body?: unknown): IncomingMessage =>
  Object.assign(Readable.from([Buffer.from(text)]), { body }) as unknown as IncomingMessage;

test.each<[string, object | undefined]>([
  ['{"a":1}', { a: 1 }],
  ['[1]', undefined],
  ['null', undefined],
  ['"text"', undefined],
  ['{', undefined],
  ['', undefined],
  [JSON.stringify({ a: 'x'.repeat(MAXIMUM_BODY) }), undefined],
])('the body %.20s is read as %j', async (text, value) => {
  expect(await readJson(request(text))).toEqual(value);
});

test('the object that middleware has parsed is used', async () => {
  expect(await readJson(request('{"a":1}', { b: 2 }))).toEqual({ b: 2 });
  expect(await readJson(request('{"a":1}', {}))).toEqual({ a: 1 });
});

test('a body that was read and is not an object is refused', async () => {
  for (const body of ['text', Buffer.from('{}'), [1], null]) {
    const read = request('text', body);
    for await (const _chunk of read) continue;
    expect(await readJson(read)).toBeUndefined();
  }
});
