import {
  type HubProtocol,
  JsonHubProtocol,
  MessagePackHubProtocol,
} from '@practical-signalr/protocol';
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

test.each([
  ['JSON', json],
  ['MessagePack', new MessagePackHubProtocol()],
])('a sequence of messages is the messages one after the other, in %s', (_name, protocol) => {
  const first = new SharedMessage('Position', ['1-0']);
  const second = new SharedMessage('Receive', ['hello']);
  const payload = SharedMessage.sequence([first, second]).encoded(protocol);
  const parts = [first, second].map((message) => message.encoded(protocol));
  expect(payload?.parts).toEqual(parts);
  const bytes = parts.map((part) => Buffer.from(part?.payload as string));
  expect(Buffer.from(payload?.payload as string)).toEqual(Buffer.concat(bytes));
});

test('a sequence is missing in protocols in which one of its messages is missing', () => {
  const foreign = SharedMessage.fromEncoded(new Map([['json', Buffer.from('{"type":6}\u001e')]]));
  const sequence = SharedMessage.sequence([new SharedMessage('Position', ['1-0']), foreign]);
  expect(sequence.encoded(json)?.payload).toMatch(/"Position".*"type":6/su);
  expect(sequence.encoded(new MessagePackHubProtocol())).toBeUndefined();
});

test('a sequence may contain messages of this server as a string and of others as bytes', () => {
  const bytes = new Map([['own', Buffer.from('two')]]);
  const own = {
    name: 'own',
    version: 1,
    transferFormat: 'Binary',
    writeMessage: () => 'one',
  } as unknown as HubProtocol;
  const messages = [new SharedMessage('Receive', []), SharedMessage.fromEncoded(bytes)];
  const payload = SharedMessage.sequence(messages).encoded(own)?.payload;
  expect(Buffer.from(payload as Uint8Array).toString()).toBe('onetwo');
});
