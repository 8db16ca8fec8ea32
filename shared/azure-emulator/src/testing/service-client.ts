import { Gate } from '@practical-signalr/server/scale-out';
import jwt from 'jsonwebtoken';
import { expect } from 'vitest';
import { WebSocket } from 'ws';
import { DEFAULT_ACCESS_KEY } from '../emulator-options.ts';
import { waitFor } from './wait-for.ts';

/** A JSON client of the service over a WebSocket, without a library. */
export interface ServiceClient {
  readonly id: string;
  readonly webSocket: WebSocket;
  /** The received records without their separators. */
  readonly records: string[];
  /** Resolves with the close code of the WebSocket. */
  readonly closed: Promise<number>;
  /** Waits until a record arrives after which `find` returns a value. */
  waitFor<T>(find: () => T | undefined): Promise<T>;
}

/** Returns a token for clients of the hub `chat`. */
export const clientToken = (claims: object = {}, key = DEFAULT_ACCESS_KEY): string =>
  jwt.sign({ exp: Math.floor(Date.now() / 1000) + 60, ...claims }, key, {
    audience: 'http://127.0.0.1/client/?hub=chat',
  });

/** Negotiates and connects, without a handshake. */
export async function openClient(url: string, claims: object = {}): Promise<ServiceClient> {
  const token = clientToken(claims);
  const headers = { authorization: `Bearer ${token}` };
  const answer = await fetch(`${url}/client/negotiate?hub=chat`, { method: 'POST', headers });
  const { connectionId: id, connectionToken } = (await answer.json()) as Record<string, string>;
  const webSocket = new WebSocket(
    `${url.replace('http', 'ws')}/client/?hub=chat&id=${connectionToken}`,
    { headers },
  );
  const records: string[] = [];
  const changed = new Gate();
  webSocket.on('message', (data: Buffer) => {
    records.push(...data.toString().split('\u001e').slice(0, -1));
    changed.open();
  });
  webSocket.on('close', () => changed.open());
  webSocket.on('error', () => undefined);
  const closed = new Promise<number>((resolve) => webSocket.on('close', resolve));
  await new Promise((resolve) => webSocket.on('open', resolve));
  return {
    id: id as string,
    webSocket,
    records,
    closed,
    waitFor: (find) => waitFor(webSocket, changed, find),
  };
}

/** Negotiates, connects and completes the handshake. */
export async function connectClient(url: string, claims: object = {}): Promise<ServiceClient> {
  const client = await openClient(url, claims);
  client.webSocket.send('{"protocol":"json","version":1}\u001e');
  expect(await client.waitFor(() => client.records.shift())).toBe('{}');
  return client;
}
