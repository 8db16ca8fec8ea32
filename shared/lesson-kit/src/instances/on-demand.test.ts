import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { expect, test } from 'vitest';
import { onDemand, type Startable } from './on-demand.ts';

test('starts once with the first request below its paths, and again after a failure', async () => {
  const seen: string[] = [];
  let fails = true;
  const start = async (): Promise<Startable> => {
    seen.push('start');
    await Promise.resolve();
    if (fails) throw new Error('Not now.');
    return {
      handler: (_request, response) => void response.send('here'),
      close: () => Promise.resolve(void seen.push('close')),
    };
  };
  const demanded = onDemand(['/a', '/b'], start);
  const app = express().use(
    demanded.handler,
    (_request, response) => void response.send('elsewhere'),
  );
  app.use(
    ((error: Error, _request, response, _next) =>
      void response.status(500).send(error.message)) as express.ErrorRequestHandler,
  );
  const server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const ask = async (path: string): Promise<string> =>
    (await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`)).text();

  expect(await ask('/ab')).toBe('elsewhere');
  await demanded.close();
  expect(seen).toEqual([]);
  expect(await ask('/a')).toBe('Not now.');
  await demanded.close();
  fails = false;
  expect(await Promise.all(['/a/x', '/b', '/b/y?z'].map(ask))).toEqual(['here', 'here', 'here']);
  await demanded.close();
  expect(seen).toEqual(['start', 'start', 'close']);
  server.closeAllConnections();
  server.close();
});
