import { expect, test } from 'vitest';
import { BytesInFlight } from '../../limits/bytes-in-flight.ts';
import { ReadGate } from '../reading/read-gate.ts';
import { MAXIMUM_UPLOAD_BYTES, UploadMemory } from './upload-memory.ts';

function create(streamBufferCapacity: number, bytesInFlight?: BytesInFlight) {
  const gate = new ReadGate({ pause: () => undefined, resume: () => undefined }, () => undefined);
  const options = { streamBufferCapacity, maximumReceiveMessageSize: MAXIMUM_UPLOAD_BYTES / 4 };
  return { gate, memory: new UploadMemory(options, gate, bytesInFlight) };
}

test.each([
  [1, MAXIMUM_UPLOAD_BYTES],
  [8, 2 * MAXIMUM_UPLOAD_BYTES],
])('with room for %i items of an upload, %i bytes of all may be buffered', (capacity, maximum) => {
  const { gate, memory } = create(capacity);
  memory.add(maximum - 1);
  expect(gate.isHeld).toBe(false);
  memory.add(1);
  memory.add(1);
  expect(gate.isHeld).toBe(true);
  memory.remove(1);
  expect(gate.isHeld).toBe(true);
  memory.remove(1);
  expect(gate.isHeld).toBe(false);
});

test('while all clients exceed their limit, a client is read if its uploads buffer nothing', () => {
  const bytesInFlight = new BytesInFlight(10);
  const { gate, memory } = create(1, bytesInFlight);
  bytesInFlight.change(10);
  memory.add(0);
  expect(gate.isHeld).toBe(false);
  memory.add(1);
  expect(gate.isHeld).toBe(true);
  bytesInFlight.change(1);
  memory.remove(1);
  expect([gate.isHeld, bytesInFlight.total]).toEqual([false, 11]);
});

test('after the connection has closed, nothing counts', () => {
  const bytesInFlight = new BytesInFlight(10);
  const { gate, memory } = create(1, bytesInFlight);
  memory.add(11);
  memory.close();
  memory.add(1);
  memory.remove(5);
  expect([gate.isHeld, bytesInFlight.total]).toEqual([false, 0]);
});
