import type { Server } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { SignalRServer } from '../hosting/signalr-server.ts';

/** The maximum time for requests of the application that run when a worker stops, in ms. */
const REQUEST_TIMEOUT = 10_000;
/** The interval at which idle connections are closed, in ms. */
const IDLE_INTERVAL = 50;

/** The parts of a worker that are closed when it stops. */
export interface StoppableWorker {
  readonly server: Server;
  readonly signalr: SignalRServer;
  /**
   * Ends the requests that other workers serve. Some of them, such as polls and event streams,
   * would otherwise stay open.
   */
  readonly forwarder: { close(): void };
}

/**
 * Closes the clients of the hubs, and lets the other requests of the application finish. Resolves
 * when none is left, or after ten seconds.
 */
export async function stopWorker({ server, signalr, forwarder }: StoppableWorker): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  await signalr.close();
  forwarder.close();
  // Connections that are kept alive become idle when their request has finished.
  const idle = setInterval(() => server.closeIdleConnections(), IDLE_INTERVAL);
  await Promise.race([closed, delay(REQUEST_TIMEOUT)]);
  clearInterval(idle);
}
