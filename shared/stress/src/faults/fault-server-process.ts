import { closeSync, openSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { devNull } from 'node:os';
import { redis } from '@practical-signalr/redis';
import { SignalRServer, type SignalRServerOptions } from '@practical-signalr/server';
import { serveParent } from '../forked-process.ts';
import { silentLogger } from '../silent-logger.ts';
import { FaultHub, FaultLog, faultMethods } from './fault-hub.ts';

const log = new FaultLog();
let signalr: SignalRServer | undefined;
let send: (n: number) => Promise<void> = async () => undefined;

const methods = {
  /** Starts the server and returns its port. */
  async start(
    options: SignalRServerOptions & { readonly port?: number; readonly redisUrl?: string } = {},
  ): Promise<number> {
    const { port = 0, redisUrl, ...serverOptions } = options;
    const scaleOut = redisUrl === undefined ? {} : { scaleOut: redis({ url: redisUrl }) };
    signalr = new SignalRServer({ ...serverOptions, ...scaleOut, logger: silentLogger });
    const hub = { hub: FaultHub, create: () => new FaultHub(log) };
    const { clients } = signalr.mapHub('/hub', hub, { methods: faultMethods, name: 'FaultHub' });
    send = (n) => clients.all.send('n', n as never);
    const server = createServer(signalr.router());
    signalr.attach(server);
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    return (server.address() as AddressInfo).port;
  },
  status: () => signalr?.health().status,
  broadcast: (n: number): Promise<void> => send(n),
  disconnected: () => log.disconnected.length,
  /** Opens files until the process may open only `count` further ones. */
  leaveFiles(count: number): void {
    const files: number[] = [];
    try {
      for (;;) files.push(openSync(devNull, 'r'));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EMFILE') throw error;
    }
    for (const file of files.slice(0, count)) closeSync(file);
  },
  /** Blocks the event loop. It takes no CPU time. */
  block(ms: number): void {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
  },
};

/** The functions of the server's process. */
export type FaultServerMethods = typeof methods;
serveParent(methods);
