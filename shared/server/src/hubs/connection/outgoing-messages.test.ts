import { type HubMessage, type HubProtocol, JsonHubProtocol } from '@practical-signalr/protocol';
import { expect, test } from 'vitest';
import type { Transport } from '../../connections/transport.ts';
import { SharedMessage } from '../../scale-out/shared-message.ts';
import { CollectingLogger } from '../../testing/collecting-logger.ts';
import { TestTransport } from '../../testing/dispatcher/test-hub-connection.ts';
import { KeepAlive } from './keep-alive.ts';
import { OutgoingMessages } from './outgoing-messages.ts';

/** Creates the messages of a connection that has joined with this protocol. */
function start(protocol: HubProtocol = new JsonHubProtocol(), transport = new TestTransport()) {
  const keepAlive = new KeepAlive(0);
  const connection = { connectionId: 'c', abort: () => undefined };
  const outgoing = new OutgoingMessages(connection, transport, keepAlive, new CollectingLogger());
  outgoing.start(protocol);
  return { outgoing, keepAlive, transport };
}
const completion: HubMessage = { type: 3, invocationId: '1', hasResult: true, result: 2 };
const completionText = '{"type":3,"invocationId":"1","result":2}\u001e';
const itemText = '{"type":2,"invocationId":"1","item":{"a":1}}\u001e';

test('items are written by protocols with and without a writer of items', () => {
  const json = new JsonHubProtocol();
  const own: HubProtocol = {
    name: 'own',
    version: 1,
    transferFormat: 'Text',
    writeMessage: (message) => json.writeMessage(message),
    createReader: (maximumMessageSize) => json.createReader(maximumMessageSize),
  };
  for (const protocol of [json, own]) {
    const { outgoing, transport } = start(protocol);
    outgoing.streamItemWriter('1')({ a: 1 });
    expect(transport.sent).toEqual([itemText]);
  }
});

test('a ping is not due after a message, a shared message or an item', () => {
  const actions = [
    (outgoing: OutgoingMessages) => outgoing.send(completion),
    (outgoing: OutgoingMessages) => void outgoing.write(new SharedMessage('show', [])),
    (outgoing: OutgoingMessages) => outgoing.streamItemWriter('1')(1),
    () => undefined,
  ].map((send) => {
    const { outgoing, keepAlive } = start();
    send(outgoing);
    return keepAlive.check(100, { keepAliveInterval: 100, clientTimeoutInterval: 100 }, false);
  });
  expect(actions).toEqual([undefined, undefined, undefined, 'ping']);
});

test('only messages with a sequence number are kept for a client that reconnects', () => {
  class StatefulTransport extends TestTransport implements Transport {
    sendUncounted(payload: string | Uint8Array): void {
      this.calls.push(String(payload));
    }
  }
  const { outgoing, transport } = start(new JsonHubProtocol(), new StatefulTransport());
  outgoing.send(completion);
  outgoing.send({ type: 6 });
  expect(transport.sent).toEqual([completionText]);
  expect(transport.calls).toEqual(['{"type":6}\u001e']);
});

test('a connection that moves sends no answers and no items: the other server sends them', () => {
  const { outgoing, transport, keepAlive } = start();
  const writeItem = outgoing.streamItemWriter('1');
  outgoing.isMoving = true;
  outgoing.send(completion);
  writeItem(1);
  expect([transport.sent, keepAlive.hasSent]).toEqual([[], false]);
  void outgoing.write(new SharedMessage('show', []));
  expect(transport.sent).toHaveLength(1);
  outgoing.isMoving = false;
  writeItem({ a: 1 });
  expect(transport.sent.at(-1)).toBe(itemText);
});
