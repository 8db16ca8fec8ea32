import { JsonHubProtocol, MessageType } from '@practical-signalr/protocol';
import { expect, test } from 'vitest';
import { SharedPayload } from '../../connections/shared-payload.ts';
import type { Transport } from '../../connections/transport.ts';
import { RunningClock } from '../../connections/running-clock.ts';
import { MessageBuffer } from './message-buffer.ts';

const json = new JsonHubProtocol();
const completion = { type: MessageType.Completion, invocationId: '1', hasResult: false } as const;

/** Returns the payloads that `resend` sends. */
function resendAll(buffer: MessageBuffer): unknown[] {
  const sent: unknown[] = [];
  const transport = {
    send: (payload: unknown) => sent.push(payload),
    sendShared: (payload: unknown) => sent.push(payload),
  };
  buffer.resend(transport as unknown as Transport, json);
  return sent;
}

test('unacknowledged messages are sent again after a Sequence message, and shared payloads stay shared', () => {
  const buffer = new MessageBuffer(1000, new RunningClock(1000));
  const shared = new SharedPayload('b');
  for (const payload of ['a', shared, 'c']) buffer.add(payload);
  buffer.ack(1);
  expect(resendAll(buffer)).toEqual(['{"type":9,"sequenceId":2}\u001e', shared, 'c']);
  buffer.ack(99);
  buffer.ack(-1);
  expect(resendAll(buffer)).toEqual(['{"type":9,"sequenceId":4}\u001e']);
});

test('a full buffer makes senders wait until the client acknowledges or disconnects', async () => {
  const buffer = new MessageBuffer(10, new RunningClock(1000));
  buffer.add('x'.repeat(10));
  expect(buffer.whenRoom()).toBeUndefined();
  buffer.add('ß');
  const room = buffer.whenRoom();
  expect(room).toBeInstanceOf(Promise);
  expect([buffer.fullFor(1000), buffer.fullFor(1500)]).toEqual([0, 500]);
  buffer.ack(1);
  await room;
  expect(buffer.fullFor(3000)).toBe(0);
  buffer.add('x'.repeat(10));
  const roomAtEnd = buffer.whenRoom();
  buffer.end();
  await roomAtEnd;
  const large = 'x'.repeat(17 * 1024 * 1024);
  expect(buffer.add(large)).toBe(true); // one large message is not a backlog
  expect(buffer.add(large)).toBe(false);
});

test('repeated messages are not new, and messages before the Sequence message are ignored', () => {
  const clock = new RunningClock(1000);
  const buffer = new MessageBuffer(1000, clock);
  expect([
    buffer.isNew(completion),
    buffer.isNew({ type: MessageType.Ping }),
    buffer.isNew(completion),
  ]).toEqual([true, true, true]);
  expect(buffer.takeDueAck(clock.now())).toBeUndefined();
  expect(buffer.takeDueAck(clock.now() + 1100)).toBe(2);
  expect(buffer.takeDueAck(clock.now() + 9999)).toBeUndefined();
  resendAll(buffer);
  expect(buffer.isNew(completion)).toBe(false);
  expect(buffer.isNew({ type: MessageType.Sequence, sequenceId: 2 })).toBe(true);
  expect([buffer.isNew(completion), buffer.isNew(completion)]).toEqual([false, true]);
  expect(() => buffer.isNew({ type: MessageType.Sequence, sequenceId: 9 })).toThrow(
    'Sequence ID greater',
  );
});

test.each([0, -1])('a client may begin with sequence number %i', (sequenceId) => {
  const buffer = new MessageBuffer(1000, new RunningClock(1000));
  expect(buffer.isNew({ type: MessageType.Sequence, sequenceId })).toBe(true);
  expect([buffer.isNew(completion), buffer.isNew(completion)]).toEqual([true, true]);
});
