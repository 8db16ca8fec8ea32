import {
  type ServiceMessage,
  ServiceMessageType as Type,
} from '@practical-signalr/azure/service-protocol';
import { expect, test } from 'vitest';
import type { EmulatedClient } from '../clients/emulated-client.ts';
import { ClientInvocations } from './client-invocations.ts';
import type { ServerConnection } from './server-connection.ts';

/** A server that keeps what it receives. */
function fakeServer(serverId: string): ServerConnection & { readonly received: ServiceMessage[] } {
  const received: ServiceMessage[] = [];
  const server = { serverId, received, send: (message: ServiceMessage) => received.push(message) };
  return server as unknown as ServerConnection & { readonly received: ServiceMessage[] };
}

function fakeClient(connectionId: string): EmulatedClient {
  const client = { connectionId, invocationIds: new Set<string>(), sendMulticast: () => true };
  return client as unknown as EmulatedClient;
}

const invocation = (invocationId: string | null) =>
  ({
    type: Type.ClientInvocation,
    invocationId,
    connectionId: 'c',
    callerServerId: 'caller',
    payloads: new Map(),
  }) as const;
const completion = (invocationId: string | null) =>
  ({
    type: Type.ErrorCompletion,
    invocationId,
    connectionId: 'c',
    callerServerId: 'caller',
    error: 'x',
  }) as const;

test('the result of another server reaches the caller once', () => {
  const invocations = new ClientInvocations();
  const caller = fakeServer('caller');
  const other = fakeServer('other');
  invocations.start(caller, fakeClient('c'), invocation('1'));
  invocations.complete(other, completion('1'));
  invocations.complete(other, completion('1'));
  expect(caller.received).toEqual([completion('1')]);
  expect(invocations.size).toBe(0);
});

test('an invocation without an id is completed by a result without an id', () => {
  const invocations = new ClientInvocations();
  const caller = fakeServer('caller');
  invocations.start(caller, fakeClient('c'), invocation(null));
  invocations.complete(fakeServer('other'), completion(null));
  expect(caller.received).toEqual([completion(null)]);
});

test('the invocations of a server that disconnects are removed, those of others remain', () => {
  const invocations = new ClientInvocations();
  const [leaving, staying] = [fakeServer('leaving'), fakeServer('staying')] as const;
  const client = fakeClient('c');
  invocations.start(leaving, client, invocation('1'));
  invocations.start(staying, client, invocation('2'));
  invocations.onServerDisconnected(leaving);
  expect([...client.invocationIds]).toEqual(['2']);
  invocations.onClientDisconnected(client);
  expect(leaving.received).toEqual([]);
  expect(staying.received).toMatchObject([{ type: Type.ErrorCompletion, invocationId: '2' }]);
});

test('an invocation fails after ten minutes without a result', () => {
  const invocations = new ClientInvocations();
  const caller = fakeServer('caller');
  invocations.start(caller, fakeClient('c'), invocation('1'));
  const now = performance.now();
  invocations.sweep(now + 9 * 60_000);
  expect(caller.received).toEqual([]);
  invocations.sweep(now + 11 * 60_000);
  expect(caller.received).toMatchObject([{ type: Type.ErrorCompletion, invocationId: '1' }]);
  expect(invocations.size).toBe(0);
});

test('beyond 100,000 pending invocations, the oldest one fails', () => {
  const invocations = new ClientInvocations();
  const caller = fakeServer('caller');
  const client = fakeClient('c');
  for (let id = 0; id < 100_000; id++) invocations.start(caller, client, invocation(String(id)));
  expect(caller.received).toEqual([]);
  invocations.start(caller, client, invocation('one more'));
  expect(caller.received).toMatchObject([{ type: Type.ErrorCompletion, invocationId: '0' }]);
  expect(invocations.size).toBe(100_000);
});

test('a client whose invocation was replaced by one with the same id fails nothing', () => {
  const invocations = new ClientInvocations();
  const caller = fakeServer('caller');
  const [first, second] = [fakeClient('a'), fakeClient('c')];
  invocations.start(caller, first, invocation('1'));
  invocations.start(caller, second, invocation('1'));
  invocations.complete(fakeServer('other'), completion('1'));
  invocations.onClientDisconnected(first);
  expect(caller.received).toEqual([completion('1')]);
});
