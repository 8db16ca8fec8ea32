import { JsonHubProtocol, type ScaleOutHub } from '@practical-signalr/server/scale-out';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { FlowControl } from '../connections/flow-control.ts';
import type { ServiceConnection } from '../connections/service-connection.ts';
import { type ServiceMessage, ServiceMessageType as Type } from '../service-protocol/index.ts';
import { silent } from '../testing/chat-app.ts';
import { ClientConnectionManager } from './client-connection-manager.ts';

let clients: ClientConnectionManager;
let log: string[];
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'Date'], now: 1_000_000 });
  log = [];
  const hub = {
    protocols: [new JsonHubProtocol()],
    accept: ({ connectionId: id }: { connectionId: string }) => ({
      onReceive: (chunk: Uint8Array) => log.push(`${id} received ${Buffer.from(chunk).toString()}`),
      onClose: () => log.push(`${id} closed`),
    }),
  } as unknown as ScaleOutHub;
  clients = new ClientConnectionManager(hub, silent);
});
afterEach(() => {
  clients.close();
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

function fakeConnection(): { connection: ServiceConnection; sent: ServiceMessage[] } {
  const sent: ServiceMessage[] = [];
  const send = (message: ServiceMessage): unknown => sent.push(message);
  return { connection: { send } as unknown as ServiceConnection, sent };
}

/** Opens a client. `expiresAt` is in seconds since the epoch. */
function open(connection: ServiceConnection, connectionId: string, expiresAt?: number): void {
  clients.open(connection, {
    type: Type.OpenConnection,
    connectionId,
    claims:
      expiresAt === undefined
        ? []
        : [
            ['asrs.s.coae', 'true'],
            ['asrs.s.aeo', String(expiresAt)],
          ],
    headers: new Map(),
    queryString: null,
    ext: { protocol: 'json' },
  } as Parameters<typeof clients.open>[1]);
}
const closed = (connectionId: string) =>
  ({ type: Type.CloseConnection, connectionId, errorMessage: '', headers: new Map() }) as const;
const data = (connectionId: string, text: string) =>
  ({ type: Type.ConnectionData, connectionId, payload: Buffer.from(text) }) as const;

test('a client that has opened on another connection stays when the old one closes', async () => {
  const [{ connection: old }, { connection: next }] = [fakeConnection(), fakeConnection()];
  open(old, 'a');
  open(next, 'a');
  clients.onClosed(old, closed('a'));
  await Promise.resolve();
  expect(log).toEqual(['a closed']);
  expect(clients.size).toBe(1);
  expect(clients.find('a')?.connection).toBe(next);
  clients.receive(next, data('a', 'x'));
  clients.receive(old, data('a', 'late'));
  expect(log).toEqual(['a closed', 'a received x']);
});

test('a client that opens again on the same connection replaces the first', async () => {
  const { connection } = fakeConnection();
  open(connection, 'a');
  open(connection, 'a');
  await Promise.resolve();
  expect(log).toEqual(['a closed']);
  expect(clients.counts(connection)).toEqual({ inHub: 1, own: 1 });
  clients.receive(connection, data('a', 'x'));
  expect(log).toEqual(['a closed', 'a received x']);
});

test('clients are closed when their authentication expires, also after others have left', async () => {
  const { connection, sent } = fakeConnection();
  open(connection, 'forever');
  open(connection, 'late', 1010);
  open(connection, 'soon', 1003);
  open(connection, 'gone', 1003);
  clients.onClosed(connection, closed('gone'));
  vi.advanceTimersByTime(3000);
  expect(sent).toEqual([]);
  vi.advanceTimersByTime(1000);
  expect(sent).toMatchObject([
    { connectionId: 'soon', payload: '{"type":7,"allowReconnect":true}\u001e' },
    { type: Type.CloseConnection, connectionId: 'soon' },
  ]);
  vi.advanceTimersByTime(7000);
  expect(sent.slice(2)).toMatchObject([{ connectionId: 'late' }, { connectionId: 'late' }]);
  expect(clients.size).toBe(1);
  await Promise.resolve();
  expect(log).toEqual(['gone closed', 'soon closed', 'late closed']);
});

test('a pause confirmed by the service, which it should not send, changes nothing', () => {
  const { connection, sent } = fakeConnection();
  open(connection, 'a');
  const { Client: objectType, PauseAck: operation } = FlowControl;
  clients.onFlowControl(connection, {
    type: Type.ConnectionFlowControl,
    id: 'a',
    objectType,
    operation,
  });
  clients.find('a')?.send('handshake');
  expect(sent).toMatchObject([{ payload: 'handshake' }]);
});
