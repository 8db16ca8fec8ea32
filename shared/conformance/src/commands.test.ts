import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { runCommandFile } from '@practical-signalr/lesson-kit/testing';
import { expect, test } from 'vitest';
import { errorTexts } from './error-texts.ts';

/** Returns what a command prints and its exit code. */
async function outcome(command: string, ...args: string[]): Promise<[string, number]> {
  const file = fileURLToPath(new URL(command, import.meta.url));
  const { output, code } = await runCommandFile(file, ...args);
  return [output, code];
}

test('npm links the recorder, so that npx downloads no package of its name', async () => {
  const link = new URL('../../../node_modules/.bin/signalr-record', import.meta.url);
  expect(existsSync(link)).toBe(true);
  const { stdout } = await promisify(execFile)(process.execPath, [fileURLToPath(link), '--help']);
  expect(stdout).toContain('--play <path>');
});

test('an address that is not valid, and a server that does not respond, are reported', async () => {
  const record = (...args: string[]): Promise<[string, number]> =>
    outcome('record-command.ts', '--to', 'http://127.0.0.1:1', ...args);
  const badServer = await outcome('record-command.ts', '--to', 'foo');
  const badHeader = await record('--play', 'x', '--header', 'foo');
  const noFile = await record('--play', 'no-such-file');
  const badAddress = await outcome('conformance-command.ts', '--url', 'foo');
  const noServer = await outcome('conformance-command.ts', '--url', 'http://127.0.0.1:1');
  expect(badServer).toEqual([`${errorTexts.notAServer('foo')}\n`, 1]);
  expect(badHeader[0]).toContain(errorTexts.notAHeader('foo'));
  expect(noFile[0]).toContain('no-such-file');
  expect([badHeader[1], noFile[1]]).toEqual([1, 1]);
  expect(badAddress).toEqual([`${errorTexts.notAnAddress('foo')}\n`, 1]);
  expect(noServer).toEqual([`${errorTexts.nobodyAnswers('http://127.0.0.1:1')}\n`, 1]);
});

test('addresses and files with which the recorder cannot work are reported', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'signalr-record-'));
  const server = createServer((_request, response) => response.end());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    const file = join(folder, 'empty.jsonl');
    writeFileSync(file, '{"format":"signalr-record 1"}\n');
    const hub = 'http://127.0.0.1:1/chat';
    const own = 'http://127.0.0.1:5950';
    const recordTo = (...args: string[]): Promise<[string, number]> =>
      outcome('record-command.ts', '--to', ...args);
    const withPath = await recordTo(hub);
    const itself = await recordTo(own);
    const fileExists = await recordTo(url, '--file', file, '--port', '0');
    const noEvents = await recordTo('http://127.0.0.1:1', '--play', file);
    const badQuery = await recordTo('http://127.0.0.1:1', '--play', file, '--query', 'foo');
    const noTarget = await recordTo('http://127.0.0.1:1');
    expect(withPath).toEqual([`${errorTexts.notAServer(hub)}\n`, 1]);
    expect(itself).toEqual([`${errorTexts.recordItself(own)}\n`, 1]);
    expect(fileExists).toEqual([`${errorTexts.fileExists(file)}\n`, 1]);
    const notReached = errorTexts.serverNotReached('http://127.0.0.1:1', 'bad port');
    expect(noTarget).toEqual([`${notReached}\n`, 1]);
    expect(badQuery).toEqual([`${errorTexts.notAParameter('foo')}\n`, 1]);
    expect(noEvents).toEqual([`${errorTexts.noEvents(file)}\n`, 1]);
  } finally {
    server.close();
    rmSync(folder, { recursive: true });
  }
});
