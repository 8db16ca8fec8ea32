import type { Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { HttpTransportType, HubConnectionBuilder, LogLevel } from '@microsoft/signalr';
import { expect } from 'vitest';

/** The transports by the names of the official client. */
export const hostTransports = ['WebSockets', 'ServerSentEvents', 'LongPolling'] as const;

const closings: (() => unknown)[] = [];

/** Calls a function when the test calls `closeAll`. The last one is called first. */
export function closeLater(close: () => unknown): void {
  closings.push(close);
}

/** Closes what a test has opened: `afterEach(closeAll)`. */
export async function closeAll(): Promise<void> {
  for (const close of closings.splice(0).toReversed()) await close();
}

/** Starts a server on a random port until the test ends. Returns its address without a path. */
export async function listen(server: Server, scheme = 'http'): Promise<string> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closeLater(async () => {
    // closeAllConnections() ignores TLS connections that have not carried a request.
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Connects the official client and calls the hub method `echo`. */
export async function talk(
  url: string,
  transport: (typeof hostTransports)[number],
  headers: Record<string, string> = {},
): Promise<void> {
  const connection = new HubConnectionBuilder()
    .withUrl(url, { transport: HttpTransportType[transport], headers })
    .configureLogging(LogLevel.None)
    .build();
  await connection.start();
  expect(await connection.invoke('Echo', 'Grüße')).toBe('Grüße');
  await connection.stop();
}
