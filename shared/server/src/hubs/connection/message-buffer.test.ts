import { JsonHubProtocol, MessageType } from '@practical-signalr/protocol';
import { expect, test } from 'vitest';
import { SharedPayload } from '../../connections/shared-payload.ts';
import type { Transport } from '../../connections/transport.ts';
import { RunningClock } from '../../connections/running-clock.ts';
import { MAXIMUM_UNACKNOWLEDGED, MessageBuffer } from './message-buffer.ts';

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

test('the limits are bytes of UTF-8, and exact', () => {
  const buffer = new MessageBuffer(6, new RunningClock(0));
  buffer.add('€€');
  expect([buffer.whenRoom(), buffer.fullFor(0)]).toEqual([undefined, 0]);
  buffer.add('a');
  expect(buffer.whenRoom()).toBeInstanceOf(Promise);
  buffer.ack(1);
  expect(buffer.whenRoom()).toBeUndefined();
  const half = 'ß'.repeat(MAXIMUM_UNACKNOWLEDGED / 4);
  const full = new MessageBuffer(6, new RunningClock(0));
  expect([full.add(half), full.add(half), full.add(half), full.add('a')]).toEqual([
    true,
    true,
    true, // the largest message does not count
    false,
  ]);
  // A limit above 8 MB allows twice as much.
  const large = new MessageBuffer(MAXIMUM_UNACKNOWLEDGED, new RunningClock(0));
  for (let i = 0; i < 5; i++) expect(large.add(half)).toBe(true);
  expect(large.add('a')).toBe(false);
});

test('a buffer is full from the first check on, until there is room, progress or a reconnect', () => {
  const buffer = new MessageBuffer(1, new RunningClock(0));
  buffer.add('ab');
  expect([buffer.fullFor(100), buffer.fullFor(150)]).toEqual([0, 50]);
  buffer.reportProgress();
  expect([buffer.fullFor(200), buffer.fullFor(250)]).toEqual([0, 50]);
  resendAll(buffer);
  expect([buffer.fullFor(300), buffer.fullFor(301)]).toEqual([0, 1]);
  buffer.ack(1);
  buffer.add('ab');
  expect(buffer.fullFor(400)).toBe(0);
});

test('an acknowledgement removes exactly the messages up to its number', () => {
  const buffer = new MessageBuffer(1000, new RunningClock(0));
  for (const text of ['a', 'b', 'c']) buffer.add(text);
  buffer.ack(0);
  expect(buffer.length).toBe(3);
  buffer.ack(2);
  expect(buffer.messagesFrom(0)).toEqual(['c']);
  buffer.ack(2);
  expect(buffer.length).toBe(1);
  buffer.ack(3);
  expect(buffer.length).toBe(0);
});

test('another server continues with the state: messages, numbers and the due acknowledgement', () => {
  const clock = new RunningClock(1000);
  const buffer = new MessageBuffer(5, clock);
  for (const text of ['a', 'bcd', 'efg']) buffer.add(text);
  buffer.ack(1);
  for (let i = 0; i < 3; i++) buffer.isNew(completion);
  const state = buffer.state();
  expect(state).toMatchObject({ firstId: 2, messages: ['bcd', 'efg'], receivedId: 3 });
  const next = new MessageBuffer(5, clock, state);
  expect(next.whenRoom()).toBeInstanceOf(Promise);
  expect(next.state()).toEqual(state);
  expect(next.takeDueAck(clock.now())).toBeUndefined();
  expect(next.takeDueAck(clock.now() + 1100)).toBe(3);
  next.insert(1, ['x']);
  expect(next.messagesFrom(0)).toEqual(['bcd', 'x', 'efg']);
  const acknowledged = new MessageBuffer(5, clock, { ...state, acknowledgedId: 3 });
  expect(acknowledged.takeDueAck(clock.now() + 9999)).toBeUndefined();
  buffer.defer();
  buffer.isNew(completion);
  buffer.defer();
  expect(buffer.state().receivedId).toBe(2);
});

test('canceling a call has a sequence number', () => {
  const clock = new RunningClock(1000);
  const buffer = new MessageBuffer(1000, clock);
  buffer.isNew(completion);
  buffer.isNew({ type: MessageType.CancelInvocation, invocationId: '1' });
  expect(buffer.takeDueAck(clock.now() + 1100)).toBe(2);
});

test('a client continues after the last message that the server before has received', () => {
  const state = { firstId: 1, messages: [], receivedId: 3, acknowledgedId: 0 };
  const buffer = new MessageBuffer(1000, new RunningClock(0), state);
  expect(buffer.isNew({ type: MessageType.Sequence, sequenceId: 4 })).toBe(true);
  expect(buffer.isNew(completion)).toBe(true);
  expect(buffer.state().receivedId).toBe(4);
});

test('a repeated call that the server before has acknowledged is not acknowledged again', () => {
  const clock = new RunningClock(0);
  const state = { firstId: 1, messages: [], receivedId: 2, acknowledgedId: 3 };
  const buffer = new MessageBuffer(1000, clock, state);
  expect(buffer.takeDueAck(clock.now() + 1100)).toBeUndefined();
  expect(buffer.isNew(completion)).toBe(true);
  expect(buffer.takeDueAck(clock.now() + 1100)).toBeUndefined();
});

test('a buffer at its limit is not full, and one without new acknowledgements stays full', () => {
  const buffer = new MessageBuffer(2, new RunningClock(0));
  buffer.add('ab');
  expect([buffer.fullFor(0), buffer.fullFor(50)]).toEqual([0, 0]);
  buffer.add('c');
  expect(buffer.fullFor(100)).toBe(0);
  buffer.ack(0);
  expect(buffer.fullFor(150)).toBe(50);
});

test('senders wait until the buffer is at its limit', async () => {
  const buffer = new MessageBuffer(2, new RunningClock(0));
  for (const text of ['abc', 'd', 'ef']) buffer.add(text);
  let hasRoom = false;
  const room = buffer.whenRoom()?.then(() => (hasRoom = true));
  buffer.ack(1);
  await Promise.resolve();
  expect(hasRoom).toBe(false);
  buffer.ack(2);
  await room;
  expect(hasRoom).toBe(true);
});

test('the messages after a position include the content of shared payloads', () => {
  const buffer = new MessageBuffer(1000, new RunningClock(0));
  for (const payload of ['a', new SharedPayload('b'), 'c']) buffer.add(payload);
  expect(buffer.messagesFrom(1)).toEqual(['b', 'c']);
  buffer.end();
  expect(buffer.length).toBe(0);
});
