import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import {
  type ClientProxy,
  Hub,
  SignalRServer,
  type UntypedClient,
} from '@practical-signalr/server';
import { serveParent } from '../forked-process.ts';

const ignore = (): void => undefined;
const FLOW = 'flow';
/** The connections that the kernel holds until Node accepts them. Node's default is 511. */
const BACKLOG = 4096;
const ids: string[] = [];
const counts = { connected: 0, disconnected: 0, calls: 0 };

class LoadHub extends Hub<UntypedClient> {
  override async onConnected(): Promise<void> {
    counts.connected++;
    ids.push(this.context.connectionId);
    // Every other client receives messages, the others only pings.
    if (counts.connected % 2 === 1) await this.groups.add(this.context.connectionId, FLOW);
  }

  override onDisconnected(): void {
    counts.disconnected++;
  }

  echo(text: string): string {
    counts.calls++;
    return text;
  }
}

const collectGarbage = (globalThis as { gc?: () => void }).gc ?? ((): void => undefined);
let flow: ClientProxy<UntypedClient> | undefined;
let all: ClientProxy<UntypedClient> | undefined;
let join: (connectionId: string, group: string) => Promise<void> = async () => undefined;
let isSending = false;
let sending: Promise<void> | undefined;
let sent = 0;

const methods = {
  /** Starts the server and returns its port. */
  async start(options: { readonly sendTimeout?: number } = {}): Promise<number> {
    const logger = { debug: ignore, info: ignore, warn: ignore, error: console.error };
    const signalr = new SignalRServer({ ...options, logger });
    const { clients, groups } = signalr.mapHub('/hub', LoadHub, { methods: ['echo'] });
    flow = clients.group(FLOW);
    all = clients.all;
    join = (connectionId, group) => groups.add(connectionId, group);
    const server = createServer(signalr.router());
    signalr.attach(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', BACKLOG, resolve));
    return (server.address() as AddressInfo).port;
  },
  /** Sends numbered messages to every other client until {@link stopSending}. */
  startSending(interval: number): void {
    isSending = true;
    sending = (async () => {
      while (isSending) {
        await flow?.send('m', sent);
        sent++;
        await setTimeout(interval);
      }
    })();
  },
  /** Returns the number of messages that were sent. */
  async stopSending(): Promise<number> {
    isSending = false;
    await sending;
    return sent;
  },
  /** Sends numbered messages of this size to all clients, and does not wait for slow ones. */
  sendLarge(count: number, bytes: number): void {
    const text = 'x'.repeat(bytes);
    for (let i = 0; i < count; i++) void all?.send('m', i, text);
  },
  /** Adds each connection to this number of groups, which all share or which are its own. */
  async joinGroups(count: number, areShared: boolean): Promise<void> {
    for (const id of ids)
      for (let i = 0; i < count; i++) await join(id, areShared ? `group ${i}` : `${i} of ${id}`);
  },
  counts: () => ({ ...counts }),
  /** Returns the memory in use after a garbage collection, and that of the process, in bytes. */
  async memory(): Promise<{ readonly used: number; readonly resident: number }> {
    collectGarbage();
    // Buffers that were collected are released a little later.
    await setTimeout(50);
    collectGarbage();
    const { heapUsed, external, rss } = process.memoryUsage();
    return { used: heapUsed + external, resident: rss };
  },
  cpu(): number {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  },
};

/** The functions of the server's process. */
export type LoadServerMethods = typeof methods;
serveParent(methods);
