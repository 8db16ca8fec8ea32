import { createServer } from 'node:http';
import express from 'express';
import { afterEach, expect, test, vi } from 'vitest';
import { MemoryBus } from '../../cluster/testing/memory-bus.ts';
import { WorkerLifetimeManager } from '../../cluster/worker-lifetime-manager.ts';
import {
  type HealthReport,
  healthRouter,
  type HealthStatus,
  Hub,
  SignalRServer,
} from '../../index.ts';
import { closeAll, closeLater, listen } from '../../testing/host-suite.ts';
import { testServer } from '../../testing/index.ts';

afterEach(closeAll);

class ChatHub extends Hub {}

const chat = { '/chat': { hub: ChatHub, methods: [] } } as const;

async function get(url: string, method = 'GET') {
  const response = await fetch(url, { method });
  return { status: response.status, text: await response.text(), headers: response.headers };
}

/** Serves reports with this status, in an app of express below `/health`. */
async function serve(status: HealthStatus, detail = false): Promise<string> {
  const report: HealthReport = { status, entries: { ChatHub: { status, data: { lost: 1 } } } };
  const app = express();
  app.use('/health', healthRouter({ health: () => report }, { detail }));
  return `${await listen(createServer(app))}/health`;
}

test.each([
  ['Healthy', 200],
  ['Degraded', 200],
  ['Unhealthy', 503],
] as const)(
  "a server that is %s is answered with status %i and ASP.NET Core's body",
  async (status, code) => {
    const url = await serve(status);
    for (const path of ['', '/', '/ready', '/READY/']) {
      const answer = await get(url + path);
      expect([answer.status, answer.text]).toEqual([code, status]);
      expect(answer.headers.get('content-type')).toBe('text/plain');
      expect(answer.headers.get('cache-control')).toBe('no-store, no-cache');
      expect(answer.headers.get('pragma')).toBe('no-cache');
      expect(answer.headers.get('expires')).toBe('Thu, 01 Jan 1970 00:00:00 GMT');
    }
    const live = await get(`${url}/live`);
    expect([live.status, live.text]).toEqual([200, 'Healthy']);
    expect((await get(`${url}/ready`, 'HEAD')).status).toBe(code);
    expect((await get(`${url}/ready`, 'POST')).status).toBe(405);
    expect((await get(`${url}/else`)).status).toBe(404);
  },
);

test('with the option detail, the response is the report as JSON', async () => {
  const answer = await get(`${await serve('Degraded', true)}/ready`);
  expect(answer.headers.get('content-type')).toBe('application/json');
  expect(JSON.parse(answer.text)).toEqual({
    status: 'Degraded',
    entries: { ChatHub: { status: 'Degraded', data: { lost: 1 } } },
  });
});

test('without express, the router answers all requests itself', async () => {
  const signalr = new SignalRServer();
  closeLater(() => signalr.close());
  const url = await listen(createServer(healthRouter(signalr)));
  expect((await get(`${url}/ready?full`)).text).toBe('Healthy');
  expect((await get(`${url}/other`)).status).toBe(404);
});

test('a server without scale-out counts its connections, and is unhealthy when it closes', async () => {
  const server = await testServer(chat);
  closeLater(() => server.close());
  const client = await server.connect('/chat');
  const data = { scaleOut: 'none', connections: 1 };
  expect(server.signalr.health()).toEqual({
    status: 'Healthy',
    entries: { ChatHub: { status: 'Healthy', data } },
  });
  await client.stop();
  const closed = server.signalr.close();
  const description = 'The server is closing.';
  expect(server.signalr.health()).toMatchObject({
    status: 'Unhealthy',
    entries: { ChatHub: { status: 'Unhealthy', description } },
  });
  await closed;
  expect(server.signalr.health().status).toBe('Unhealthy');
});

test('a worker that does not reach the primary process is degraded', async () => {
  const bus = new MemoryBus();
  const own = bus.join();
  bus.join().listen('ChatHub', { onMessage: () => undefined, onPeerGone: () => undefined });
  const server = await testServer(chat, { scaleOut: (hub) => new WorkerLifetimeManager(hub, own) });
  closeLater(() => server.close());
  expect(server.signalr.health()).toEqual({
    status: 'Healthy',
    entries: {
      ChatHub: {
        status: 'Healthy',
        data: { scaleOut: 'workers', connections: 0, otherWorkers: 1 },
      },
    },
  });
  own.end();
  expect(server.signalr.health()).toMatchObject({
    status: 'Degraded',
    entries: { ChatHub: { status: 'Degraded', description: expect.any(String) as string } },
  });
});

test('a hub may have the name of a property of all objects', async () => {
  const server = await testServer((signalr) => {
    signalr.mapHub('/chat', ChatHub, { methods: [], name: '__proto__' });
    signalr.mapHub('/other', class OtherHub extends Hub {}, { methods: [], name: 'constructor' });
  });
  closeLater(() => server.close());
  const { entries } = server.signalr.health();
  expect(Object.keys(entries)).toEqual(['__proto__', 'constructor']);
  expect(Object.values(entries)).toMatchObject([{ status: 'Healthy' }, { status: 'Healthy' }]);
});

test('a report that throws is unhealthy, and its error is written to the console', async () => {
  const logged = vi.spyOn(console, 'error').mockReturnValue();
  const source = {
    health: () => {
      throw new Error('The password is secret.');
    },
  };
  const url = await listen(createServer(healthRouter(source, { detail: true })));
  const answer = await get(`${url}/ready`);
  expect([answer.status, answer.text]).toEqual([503, '{"status":"Unhealthy","entries":{}}']);
  expect((await get(`${url}/live`)).status).toBe(200);
  expect(logged).toHaveBeenCalledOnce();
});
