import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { redis } from '@practical-signalr/redis';
import { SignalRServer } from '@practical-signalr/server';
import { z } from 'zod';
import { JobHub, WorkerPool } from './job-hub.ts';

/**
 * Starts a server with the hub on a free port. Returns its address, and a function that stops it.
 */
export async function startJobServer(redisUrl: string) {
  const workers = new WorkerPool(redisUrl);
  const signalr = new SignalRServer({ scaleOut: redis({ url: redisUrl, channelPrefix: 'jobs.' }) });
  signalr.mapHub('/jobs', () => new JobHub(workers), {
    name: 'JobHub',
    methods: { startJob: { arguments: [z.int().min(1).max(20)] } },
  });
  const server = createServer(signalr.router());
  signalr.attach(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = async (): Promise<void> => {
    await signalr.close();
    server.close();
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/jobs`, close };
}
