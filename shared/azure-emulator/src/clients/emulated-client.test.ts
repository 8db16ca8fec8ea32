import type { Transport } from '@practical-signalr/server/transports';
import { expect, test } from 'vitest';
import { EmulatedClient } from './emulated-client.ts';
import { openConnectionMessage } from './open-connection-message.ts';
import { PayloadByProtocol } from './payload-by-protocol.ts';

/** A JSON client, and what its transport has sent. */
function createClient(): { readonly client: EmulatedClient; readonly sent: unknown[] } {
  const sent: unknown[] = [];
  const transport = {
    send: (payload: unknown) => sent.push(payload),
    sendShared: (payload: unknown) => sent.push(payload),
  } as unknown as Transport;
  const identity = { connectionId: 'c', protocol: 'json' };
  const client = new EmulatedClient(
    identity as ConstructorParameters<typeof EmulatedClient>[0],
    transport,
  );
  return { client, sent };
}

const message = (protocol = 'json'): PayloadByProtocol =>
  new PayloadByProtocol(new Map([[protocol, Buffer.from('x')]]));

test('messages before the handshake response are sent after it, but only the first 1,000', () => {
  const { client, sent } = createClient();
  for (let i = 0; i < 2000; i++) client.sendMulticast(message());
  expect(sent).toEqual([]);
  client.sendFromServer('{}\u001e');
  expect(sent[0]).toBe('{}\u001e');
  expect(sent).toHaveLength(1001);
  client.sendMulticast(message());
  expect(sent).toHaveLength(1002);
});

test('a message in another protocol is not sent', () => {
  const { client, sent } = createClient();
  client.sendFromServer('{}\u001e');
  expect(client.sendMulticast(message('messagepack'))).toBe(false);
  expect(sent).toHaveLength(1);
});

test('the parts of a message are joined, whether they are strings or bytes', () => {
  const { client, sent } = createClient();
  client.sendFromServer('{"a":', true);
  client.sendFromServer(Buffer.from('1}'), true);
  expect(sent).toEqual([]);
  client.sendFromServer('\u001e');
  expect(sent.map(String)).toEqual(['{"a":1}\u001e']);
});

test('the server gets the headers of a client, with the address of its socket', () => {
  const request = {
    url: '/client/?hub=chat&access_token=secret',
    headers: { 'set-cookie': ['a', 'b'], host: 'x', 'x-forwarded-for': 'forged' },
    socket: { remoteAddress: '192.0.2.1' },
  } as unknown as Parameters<typeof openConnectionMessage>[2];
  const { headers, queryString } = openConnectionMessage('c', {}, request, 'json');
  expect(Object.fromEntries(headers)).toEqual({
    'set-cookie': ['a', 'b'],
    host: ['x'],
    'X-Forwarded-For': ['192.0.2.1'],
    'Asrs-Instance-Id': ['emulator'],
  });
  expect(queryString).toBe('?hub=chat');
});
