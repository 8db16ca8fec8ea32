import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { azureSignalR } from '@practical-signalr/azure';
import { Hub, SignalRServer } from '@practical-signalr/server';
import { startEmulator } from '../index.ts';

/** The measured hub. */
class BenchHub extends Hub {
  echo(text: unknown): unknown {
    return text;
  }
  async broadcast(count: number, payload: string): Promise<number> {
    for (let i = 0; i < count; i++) await this.clients.all.send('m', payload);
    return count;
  }
}

/** What a measured process reports: its CPU time in µs, or the size of its heap in bytes. */
export type Question = 'cpu' | 'heap';

// The arguments are `emulator`, `direct`, or `azure` and a connection string.
const [, , role, connectionString = ''] = process.argv;

function answer(question: Question): number {
  const { user, system } = process.cpuUsage();
  if (question === 'cpu') return user + system;
  (globalThis as { gc?: () => void }).gc?.();
  return process.memoryUsage().heapUsed;
}

async function startApp(): Promise<string> {
  const signalr = new SignalRServer(
    role === 'direct' ? {} : { scaleOut: azureSignalR({ connectionString, environment: {} }) },
  );
  signalr.mapHub('/bench', BenchHub, { methods: ['echo', 'broadcast'] });
  const router = signalr.router();
  const server = createServer((request, response) =>
    router(request, response, () => response.writeHead(404).end()),
  );
  signalr.attach(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', 4096, resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const ready =
  role === 'emulator' ? (await startEmulator({ port: 0 })).connectionString : await startApp();
process.on('message', (question) => process.send?.(answer(question as Question)));
process.on('disconnect', () => process.exit());
process.send?.(ready);
