import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import express from 'express';
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { portBeside } from '../run/lesson-number.ts';
import { InstanceGroup, controlPanelRouter } from './index.ts';

// A lesson's server/main.ts: the variable FAIL names the instance that cannot start.
const main = `import { createServer } from 'node:http';
  const { INSTANCE, FAIL, PORT, WORD = '' } = process.env;
  if (FAIL === INSTANCE) { console.error('It has no wish to.'); process.exit(1); }
  const server = createServer((_, response) => response.end(INSTANCE + WORD)).listen(Number(PORT), '127.0.0.1', () => process.send({ port: server.address().port }));
  process.once('disconnect', () => process.exit());`;

const ends: (() => unknown)[] = [];
beforeEach(() => {
  vi.stubEnv('PORT', '0');
  vi.spyOn(console, 'log').mockImplementation(() => undefined);
});
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

function group(environment: NodeJS.ProcessEnv): InstanceGroup {
  const folder = mkdtempSync(join(tmpdir(), 'group-'));
  ends.push(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, '07-lesson', 'server'), { recursive: true });
  const file = join(folder, '07-lesson', 'server', 'main.mjs');
  writeFileSync(file, main);
  const servers = new InstanceGroup({
    main: pathToFileURL(file),
    environment,
  });
  ends.push(() => servers.close());
  return servers;
}

const answers = async (servers: InstanceGroup): Promise<string[]> =>
  Promise.all((await servers.ready()).map(async ({ url }) => (await fetch(url)).text()));
const both = ['instance 1', 'instance 2'];

test('simultaneous starts start each instance once, and requests wait for it', async () => {
  const servers = group({});
  const starts = [servers.start(), servers.start(), servers.start()];
  expect(await answers(servers)).toEqual(both);
  await Promise.all(starts);
  expect((await servers.ready()).map(({ name }) => name)).toEqual(both);
});

test('an instance that fails to start reports the reason, and the next command starts it', async () => {
  const environment: NodeJS.ProcessEnv = { FAIL: 'instance 1' };
  const servers = group(environment);
  await expect(servers.start()).rejects.toThrow('It has no wish to.');
  expect(await answers(servers)).toEqual(['instance 2']);
  const [{ url } = { url: '' }] = await servers.ready();
  environment['FAIL'] = '';
  await servers.start();
  expect(await answers(servers)).toEqual(both);
  expect((await servers.ready())[1]?.url).toBe(url);
});

test('an instance is replaced while the others serve, also if its preparation fails', async () => {
  const servers = group({});
  await servers.start();
  const [first] = await servers.ready();
  const failing = servers.replace('instance 1', async (instance) => {
    expect(instance).toBe(first);
    expect(await answers(servers)).toEqual(['instance 2']);
    await servers.start(); // does not start it a second time
    expect(await answers(servers)).toEqual(['instance 2']);
    throw new Error('cannot hand over');
  });
  await expect(failing).rejects.toThrow('cannot hand over');
  await servers.start();
  expect(await answers(servers)).toEqual(both);
  const [second] = await servers.ready();
  expect(second?.pid).not.toBe(first?.pid);
  await servers.replace('instance 1', () => Promise.resolve());
  expect(await answers(servers)).toEqual(both);
  await servers.replace('instance 9', () => Promise.reject(new Error('is not called')));
});

test('a failed restart can be repeated, and uses the current environment', async () => {
  const environment: NodeJS.ProcessEnv = {};
  const servers = group(environment);
  await servers.start();
  Object.assign(environment, { FAIL: 'instance 2', WORD: ' anew' });
  await expect(servers.restart()).rejects.toThrow('It has no wish to.');
  expect(await answers(servers)).toEqual(['instance 1 anew']);
  environment['FAIL'] = '';
  await servers.start();
  expect(await answers(servers)).toEqual(['instance 1 anew', 'instance 2 anew']);
});

test('an instance that is killed or exits is removed, and killing it twice has no effect', async () => {
  const servers = group({});
  await servers.start();
  await Promise.all([
    servers.kill('instance 1'),
    servers.kill('instance 1'),
    servers.kill('nobody'),
  ]);
  expect(await answers(servers)).toEqual(['instance 2']);
  await Promise.all([servers.start(), servers.start()]);
  expect(await answers(servers)).toEqual(both);
  const [first] = await servers.ready();
  await first?.kill();
  expect(await answers(servers)).toEqual(['instance 2']);
});

test('closing the group also closes an instance that is starting', async () => {
  const servers = group({});
  const start = servers.start();
  await Promise.all([start, servers.close(), servers.start()]);
  expect(await servers.ready()).toEqual([]);
});

test('the port of an instance is fixed if the own port is, and otherwise random', () => {
  const url = 'file:///lessons/08-scaling-azure/server/start.ts';
  const ports = ['4108', '5000', undefined].map((PORT) => {
    vi.stubEnv('PORT', PORT);
    return portBeside(url, 8888);
  });
  expect(ports).toEqual([8888, 0, 8888]);
});

test('the control panel reports the state, runs commands and reports failures', async () => {
  let count = 0;
  const wishes = z.object({ add: z.int().max(5) });
  const router = controlPanelRouter(wishes, {
    look: () => Promise.resolve({ count }),
    async change({ add }) {
      if (add < 0) throw new Error('It only grows.');
      count += await Promise.resolve(add);
    },
  });
  const server = createServer(express().use('/control-panel', router)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  ends.push(() => server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/control-panel`;
  const ask = async (body?: object) => {
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(
      url,
      body && { method: 'POST', headers, body: JSON.stringify(body) },
    );
    return [answer.status, await answer.text()];
  };
  expect(await ask()).toEqual([200, '{"count":0}']);
  expect(await ask({ add: 2 })).toEqual([200, '{"count":2}']);
  expect(await ask({ add: -1 })).toEqual([502, 'It only grows.']);
  expect(await ask({ add: 9 })).toEqual([400, expect.stringContaining('add')]);
  expect(await ask()).toEqual([200, '{"count":2}']);
});
