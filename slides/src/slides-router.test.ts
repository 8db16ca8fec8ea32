import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import express from 'express';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { slidesRouter } from './slides-router.ts';

let server: Server;
let decks: string;
let url: string;
beforeAll(async () => {
  decks = mkdtempSync(join(tmpdir(), 'decks-'));
  writeFileSync(
    join(decks, '09-broken.md'),
    '# Broken\n```ts lessons/03-basics/server/hub.ts\nasync shout\n```\n\nNote:\nSay it.\n',
  );
  server = createServer(
    express().use('/slides', slidesRouter()).use('/broken', slidesRouter(decks)),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  rmSync(decks, { recursive: true });
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

test('lists the decks', async () => {
  const page = await (await fetch(`${url}/slides`)).text();
  expect(page).toContain('<a href="03-basics.html">Basics</a>');
});
test('the address of the folder ends with a slash, because links are relative to it', async () => {
  const response = await fetch(`${url}/slides`, { redirect: 'manual' });
  expect([response.status, response.headers.get('location')]).toEqual([301, '/slides/']);
});
test('serves a deck and all files that its page requests', async () => {
  const page = await (await fetch(`${url}/slides/03-basics.html`)).text();
  const requested = [...page.matchAll(/(?:href|src)="([^":]+\.(?:css|js))"/g)].map(
    ([, address]) => address,
  );
  expect(requested).toEqual(['style.css', 'reveal/reveal.css', 'deck.css', 'deck.js']);
  for (const address of [...requested, 'reveal/reveal.mjs', 'reveal/notes.mjs']) {
    expect((await fetch(`${url}/slides/${address}`)).status, address).toBe(200);
  }
});
test.each([
  'nothing.html',
  'constructor.html',
  'x/y',
  '..%2fpackage.json',
  '..%2f..%2fREADME.html',
  '%zz.html',
])('%s is a page that helps', async (path) => {
  const response = await fetch(`${url}/slides/${path}`);
  expect(response.status).toBe(404);
  expect(await response.text()).toContain('<a href="/slides/">All decks</a>');
});
test('a deck that does not build reports the reason', async () => {
  const response = await fetch(`${url}/broken/09-broken.html`);
  expect(response.status).toBe(500);
  expect(await response.text()).toMatch(
    /^Deck 09-broken, slide 1 \(Broken\): No line of 'lessons\/03-basics\/server\/hub.ts' contains the region 'async shout'/,
  );
});
