import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import express from 'express';
import { nodeArguments } from '@practical-signalr/lesson-kit';
import { runCommandFile } from '@practical-signalr/lesson-kit/testing';
import { afterEach, expect, test } from 'vitest';
import { buildSlides } from './build-slides.ts';
import { slideAssets } from './slide-assets.ts';

const running: ChildProcess[] = [];
afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL');
});

/** Starts a command as npm does. */
function start(command: string, args: string[] = [], env: NodeJS.ProcessEnv = {}): ChildProcess {
  const file = fileURLToPath(new URL(command, import.meta.url));
  const child = spawn(process.execPath, [...nodeArguments, file, ...args], {
    env: { ...process.env, NODE_OPTIONS: '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.push(child);
  return child;
}

async function outcome(child: ChildProcess): Promise<[string, number | null]> {
  let said = '';
  child.stderr?.on('data', (chunk) => (said += String(chunk)));
  const [code] = (await once(child, 'close')) as [number | null];
  return [said, code];
}

test('npm run slides prints the address and stops with Ctrl-C', async () => {
  const child = start('slides-command.ts', [], { PORT: '0' });
  const [line] = (await once(child.stdout!, 'data')) as [Buffer];
  const url = /open (http:\S+)/.exec(String(line))?.[1] ?? '';
  expect((await fetch(`${url}03-basics.html`)).status).toBe(200);
  child.kill('SIGINT');
  const [code] = (await once(child, 'close')) as [number | null];
  expect(code).toBe(0);
});

test('a port in use is reported', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  const [said, code] = await outcome(start('slides-command.ts', [], { PORT: String(port) }));
  other.close();
  expect(said).toMatch(new RegExp(`^Port ${port} is in use, .* variable PORT\\.\\n$`));
  expect(code).toBe(1);
});

test('npm run slides:pdf lists the decks if a name is wrong', async () => {
  const file = fileURLToPath(new URL('slides-pdf-command.ts', import.meta.url));
  const { output, code } = await runCommandFile(file, '99-nothing');
  expect(output).toMatch(
    /^There is no deck '99-nothing'\. .* 00-practical-signalr-for-node, 01-course-overview, .+\.\n$/,
  );
  expect(code).toBe(1);
});

test('the build writes all files that the slides need', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'site-'));
  buildSlides(folder);
  const server = createServer(express().use('/any/path', express.static(folder))).listen(
    0,
    '127.0.0.1',
  );
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  for (const address of ['', '03-basics.html', 'style.css', ...Object.keys(slideAssets)]) {
    expect((await fetch(`http://127.0.0.1:${port}/any/path/${address}`)).status, address).toBe(200);
  }
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true });
});
