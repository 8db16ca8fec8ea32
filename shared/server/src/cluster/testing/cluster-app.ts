import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Hub, SignalRServer } from '../../index.ts';
import { runWorkers } from '../index.ts';
import { type ToWorker, unwrap } from '../primary-messages.ts';

/** The tests cause errors on purpose. */
const ignore = (): void => undefined;
const logger = { debug: ignore, info: ignore, warn: ignore, error: ignore };

/** A hub that shows which worker runs a call. */
class WorkerHub extends Hub {
  pid(): number {
    return process.pid;
  }

  async join(group: string): Promise<void> {
    await this.groups.add(this.context.connectionId, group);
  }

  async addOther(connectionId: string, group: string): Promise<void> {
    await this.groups.add(connectionId, group);
  }

  async broadcast(text: string): Promise<void> {
    await this.clients.all.send('received', text);
  }

  async sendToGroup(group: string, text: string): Promise<void> {
    await this.clients.group(group).send('received', text);
  }

  ask(connectionId: string, question: string): Promise<unknown> {
    return this.clients.client(connectionId).invoke('answer', question);
  }

  address(): string | undefined {
    return this.context.request.remoteAddress;
  }

  /** Accepts no connections for a while, and ends then. */
  hangAndCrash(): void {
    console.log('hangs');
    const end = performance.now() + 300;
    while (performance.now() < end);
    process.kill(process.pid, 'SIGKILL');
  }
}

/** Answers a request of the application, which is still running when the worker stops. */
function answerAfterStop(response: ServerResponse): void {
  process.on('message', (envelope) => {
    if (unwrap<ToWorker>(envelope)?.kind === 'stop') setTimeout(() => response.end('done'), 200);
  });
  console.log('running');
}

/**
 * A program with workers, for tests. It prints its port, and restarts its workers when it reads a
 * line.
 */
const pool = await runWorkers(
  ({ serverOptions }) => {
    const signalr = new SignalRServer({
      ...serverOptions,
      allowStatefulReconnects: true,
      logger,
    });
    signalr.mapHub('/hub', WorkerHub, {
      methods: [
        'pid',
        'join',
        'addOther',
        'broadcast',
        'sendToGroup',
        'ask',
        'address',
        'hangAndCrash',
      ],
    });
    const router = signalr.router();
    const server = createServer((request, response) => {
      router(request, response, () => answerAfterStop(response));
    });
    signalr.attach(server);
    server.listen(0, '127.0.0.1', () => {
      console.log(`port ${(server.address() as AddressInfo).port}`);
    });
    return { server, signalr };
  },
  { workers: 2, logger },
);
if (pool !== undefined) {
  console.log('ready');
  // A signal would not work on Windows.
  process.stdin.once('data', () => {
    void pool.restart().then(() => console.log(`restarted ${pool.workers.join(' ')}`));
  });
}
