import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readEvents, type RecordedEvent } from './recorded-event.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'signalr-record-'));
  file = join(folder, 'broken.jsonl');
});
afterEach(() => rmSync(folder, { recursive: true }));

const negotiated: RecordedEvent = {
  type: 'negotiate',
  connection: 1,
  at: 0,
  path: '/chat',
  query: '',
  status: 200,
  response: {},
};
const opened = { ...negotiated, type: 'open', transport: 'WebSockets', response: undefined };
const header = '{"format":"signalr-record 1"}';
const line = JSON.stringify(negotiated);

test.each([
  ['is empty', ''],
  ['has another format', '{"format":"signalr-record 9"}\n'],
  ['is JSON of something else', 'null\n'],
])('a file that %s is refused', (_title, text) => {
  writeFileSync(file, text);
  expect(() => readEvents(file)).toThrow(/broken\.jsonl is not a recording/);
});

test.each([
  ['no JSON', '{"type":'],
  ['no object', 'null'],
  ['an unknown type', { ...negotiated, type: 'other' }],
  ['no connection', { ...negotiated, connection: undefined }],
  ['no query', { ...negotiated, query: undefined }],
  ['a path that names another host', { ...negotiated, path: '@127.0.0.1:1/chat' }],
  ['an unknown transport', { ...opened, transport: 'Pigeon' }],
  ['a message of nobody', { type: 'message', connection: 1, text: '{}' }],
  ['a message without content', { type: 'message', connection: 1, from: 'client' }],
  ['a close of nobody', { type: 'close', connection: 1 }],
])('a line with %s is refused, with its number', (_title, damaged) => {
  const text = typeof damaged === 'string' ? damaged : JSON.stringify(damaged);
  writeFileSync(file, `${header}\n${line}\n${text}\n${line}\n`);
  expect(() => readEvents(file)).toThrow(/Line 3 of .*broken\.jsonl/);
});

test('the last line of a recording that was killed is ignored and reported', () => {
  const problems: string[] = [];
  writeFileSync(file, `${header}\n${line}\n${line.slice(0, 20)}`);
  expect(readEvents(file, (message) => problems.push(message))).toEqual([negotiated]);
  expect(problems).toEqual([expect.stringMatching(/broken\.jsonl is cut off/)]);
});

test('a last line without a line break is an event if it is complete', () => {
  writeFileSync(file, `${header}\r\n${line}`);
  expect(readEvents(file)).toEqual([negotiated]);
});

test('a file that cannot be read is reported with its path', () => {
  expect(() => readEvents(join(folder, 'missing.jsonl'))).toThrow(/missing\.jsonl.*--play/);
  expect(() => readEvents(folder)).toThrow(/--play/);
});
