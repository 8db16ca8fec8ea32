import type { Transport } from '@practical-signalr/server/transports';
import { expect, test } from 'vitest';
import { EmulatedClient } from '../clients/emulated-client.ts';
import type { ServerConnection } from '../servers/server-connection.ts';
import { ServiceHub } from './service-hub.ts';

/** A server connection that discards what it receives. */
function fakeServer(serverId: string): ServerConnection {
  const ignore = (): void => undefined;
  const server = { serverId, isOpen: false, clients: new Set(), send: ignore, forget: ignore };
  return server as unknown as ServerConnection;
}

test('a client that moves does not get the beginning of a message that the lost server did not finish', () => {
  const sent: unknown[] = [];
  const transport = { send: (payload: unknown) => sent.push(payload) } as unknown as Transport;
  const identity = { connectionId: 'c', protocol: 'json', openConnection: { headers: [] } };
  const client = new EmulatedClient(
    identity as unknown as ConstructorParameters<typeof EmulatedClient>[0],
    transport,
  );
  client.server = fakeServer('lost');
  client.sendFromServer('{"type":1,"target":"Big","argum', true);
  new ServiceHub('chat').migrate(client, fakeServer('next'));
  client.sendFromServer('{"type":6}\u001e');
  expect(sent).toEqual(['{"type":6}\u001e']);
});

test('a client whose server has not answered the handshake is closed without a Close message', () => {
  const calls: string[] = [];
  const record = (call: string) => (): void => void calls.push(call);
  const transport = { send: record('send'), close: record('close') } as unknown as Transport;
  const identity = { connectionId: 'c', protocol: 'json', openConnection: { headers: [] } };
  const client = new EmulatedClient(
    identity as unknown as ConstructorParameters<typeof EmulatedClient>[0],
    transport,
  );
  client.server = fakeServer('slow');
  const hub = new ServiceHub('chat');
  hub.add(client);
  hub.closeClient(client, { allowReconnect: true });
  expect(calls).toEqual(['close']);
});
