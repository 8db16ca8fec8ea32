import { type HubProtocol, JsonHubProtocol } from '@practical-signalr/protocol';
import { expect, test } from 'vitest';
import { SharedMessage } from './shared-message.ts';

const json = new JsonHubProtocol();
const other: HubProtocol = Object.create(json, { name: { value: 'other' } }) as HubProtocol;

test('a message is encoded once for all who speak a protocol', () => {
  const message = new SharedMessage('Receive', ['hello']);
  expect(message.encoded(json)).toBe(message.encoded(json));
  expect(message.encoded(json)?.payload).toBe(
    '{"type":1,"target":"Receive","arguments":["hello"]}\u001e',
  );
});

test('what another server has encoded is passed on as it is; a protocol that it did not have is missing', () => {
  const bytes = Buffer.from('{"type":6}\u001e');
  const message = SharedMessage.fromEncoded(new Map([['json', bytes]]));
  expect(message.encoded(json)?.payload).toBe('{"type":6}\u001e');
  expect(message.encoded(json)).toBe(message.encoded(json));
  expect(message.encoded(other)).toBeUndefined();
});
