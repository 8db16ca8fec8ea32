import fs, {
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { EventWriter } from './event-writer.ts';
import { readEvents, type RecordedEvent } from './recorded-event.ts';

const event: RecordedEvent = { type: 'close', connection: 1, at: 0, by: 'client' };
const problems: string[] = [];
let folder: string;
let file: string;
beforeEach(() => {
  problems.length = 0;
  folder = mkdtempSync(join(tmpdir(), 'signalr-record-'));
  file = join(folder, 'session.jsonl');
});
afterEach(() => {
  vi.restoreAllMocks();
  syncBuiltinESMExports();
  rmSync(folder, { recursive: true });
});

const createWriter = (path = file, maximum = 10_000): EventWriter =>
  new EventWriter(path, maximum, (message) => problems.push(message));

test('only the owner can read the file', () => {
  const writer = createWriter();
  writer.write(event);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  writer.close();
  expect(readEvents(file)).toEqual([event]);
});

test('a file that exists is not replaced', () => {
  writeFileSync(file, 'an earlier recording');
  expect(() => createWriter()).toThrow(/session\.jsonl' exists.*--file/);
  expect(readFileSync(file, 'utf8')).toBe('an earlier recording');
});

test('a file that cannot be created is reported with its path', () => {
  expect(() => createWriter(join(folder, 'missing', 'a.jsonl'))).toThrow(/missing.*--file/);
});

test('a file without events is deleted', () => {
  createWriter().close();
  expect(existsSync(file)).toBe(false);
});

test('a file at its maximum size keeps whole lines, and the problem is reported once', () => {
  const writer = createWriter(file, 200);
  for (let i = 0; i < 10; i++) writer.write(event);
  expect(writer.count).toBe(2);
  writer.close();
  expect(readEvents(file)).toEqual([event, event]);
  expect(problems).toEqual([expect.stringContaining('maximum size')]);
});

test('if the disk is full, the file ends with a whole line, and the problem is reported', () => {
  const writer = createWriter();
  writer.write(event);
  const { writeSync } = fs;
  const disk = vi.spyOn(fs, 'writeSync');
  // The disk has room for 10 bytes.
  disk.mockImplementationOnce((descriptor, line) =>
    writeSync(descriptor, line as unknown as Uint8Array, 0, 10),
  );
  disk.mockImplementation(() => {
    throw new Error('ENOSPC: no space left on device');
  });
  syncBuiltinESMExports();
  for (let i = 0; i < 3; i++) writer.write(event);
  writer.close();
  expect(readEvents(file)).toEqual([event]);
  expect(readFileSync(file, 'utf8')).toMatch(/\n$/);
  expect(problems).toEqual([expect.stringContaining('ENOSPC')]);
});
