import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { redis } from '@practical-signalr/redis';
import { startRedisServer } from '@practical-signalr/redis/local';
import { healthRouter, Hub, SignalRServer } from '@practical-signalr/server';
import express from 'express';
import { afterEach, expect, test } from 'vitest';
import { findCommand } from '@practical-signalr/lesson-kit';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanups.splice(0).reverse()) await cleanUp();
});

class ChatHub extends Hub {}

const secret = 'correct horse battery staple';

test.skipIf(findCommand('redis-server') === undefined)(
  'readiness follows a Redis that stops and returns (skipped without redis-server)',
  async () => {
    const first = await startRedisServer({ args: ['--requirepass', secret] });
    cleanups.push(() => first.close());
    const nothing = (): void => undefined;
    const logger = { debug: nothing, info: nothing, warn: nothing, error: nothing };
    const signalr = new SignalRServer({
      scaleOut: redis({
        url: first.url.replace('redis://', `redis://:${encodeURIComponent(secret)}@`),
      }),
      logger,
    });
    cleanups.push(() => signalr.close());
    signalr.mapHub('/chat', ChatHub, { methods: [] });
    const app = express();
    app.use('/health', healthRouter(signalr));
    app.use('/detail', healthRouter(signalr, { detail: true }));
    const server = createServer(app);
    cleanups.push(() => server.close());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const text = async (path: string): Promise<string> => {
      const response = await fetch(url + path, { headers: { connection: 'close' } });
      return `${response.status} ${await response.text()}`;
    };

    await expect.poll(() => text('/health/ready')).toBe('200 Healthy');
    await first.close();
    await expect.poll(() => text('/health/ready')).toBe('200 Degraded');
    expect(await text('/health/live')).toBe('200 Healthy');
    const detail = await text('/detail');
    expect(detail).toContain('"scaleOut":"redis"');
    expect(detail).not.toContain(secret);
    const second = await startRedisServer({ port: first.port, args: ['--requirepass', secret] });
    cleanups.push(() => second.close());
    await expect.poll(() => text('/health/ready'), { timeout: 15_000 }).toBe('200 Healthy');
    const closed = signalr.close();
    expect(await text('/health/ready')).toBe('503 Unhealthy');
    await closed;
  },
);
