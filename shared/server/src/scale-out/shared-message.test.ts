import { type HubProtocol, JsonHubProtocol } from '@practical-signalr/protocol';
import { expect, test } from 'vitest';
import { SharedMessage } from './shared-message.ts';

const json = new JsonHubProtocol();
const other: HubProtocol = Object.create(json, { name: { value: 'other' } }) as HubProtocol;

test('a message is encoded once for each protocol', () => {
  const message = new SharedMessage('Receive', ['hello']);
  expect(message.encoded(json)).toBe(message.encoded(json));
  expect(message.encoded(json)?.payload).toBe(
    '{"type":1,"target":"Receive","arguments":["hello"]}\u001e',
  );
});

test('a message of another server is forwarded unchanged, and is missing in protocols that the server did not have', () => {
  const bytes = Buffer.from('{"type":6}\u001e');
  const message = SharedMessage.fromEncoded(new Map([['json', bytes]]));
  expect(message.encoded(json)?.payload).toBe('{"type":6}\u001e');
  expect(message.encoded(json)).toBe(message.encoded(json));
  expect(message.encoded(other)).toBeUndefined();
});
