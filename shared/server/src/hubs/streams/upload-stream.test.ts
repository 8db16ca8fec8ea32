import { expect, test } from 'vitest';
import { z } from 'zod';
import { countReachable } from '../../testing/memory/collect-garbage.ts';
import { ReadGate } from '../reading/read-gate.ts';
import { UploadMemory } from './upload-memory.ts';
import { UploadStream } from './upload-stream.ts';

function open(capacity = 2) {
  const calls: string[] = [];
  const gate = new ReadGate(
    {
      pause: () => calls.push('pause'),
      resume: () => calls.push('resume'),
    },
    () => undefined,
  );
  const options = { streamBufferCapacity: capacity, maximumReceiveMessageSize: 32_768 };
  const memory = new UploadMemory(options, gate);
  return { upload: new UploadStream(capacity, gate, memory), gate, memory, calls };
}
const done = { done: true, value: undefined };

test('reading pauses at the capacity and resumes below it', async () => {
  const { upload, gate, calls } = open();
  upload.push(1);
  expect(gate.isHeld).toBe(false);
  upload.push(2);
  expect(calls).toEqual(['pause']);
  upload.push(3); // from a protocol that does not stop within a chunk
  expect(calls).toEqual(['pause']);
  expect(await upload.next()).toEqual({ done: false, value: 1 });
  expect(gate.isHeld).toBe(true);
  await upload.next();
  expect(calls).toEqual(['pause', 'resume']);
});

test('reading pauses again when the upload is full again', async () => {
  const { upload, calls } = open(1);
  for (const item of [1, 2]) {
    upload.push(item);
    await upload.next();
  }
  expect(calls).toEqual(['pause', 'resume', 'pause', 'resume']);
});

test('items that were read do not count, and reading them below the capacity changes nothing', async () => {
  const { upload, gate } = open(3);
  upload.push(1);
  upload.push(2);
  await upload.next();
  upload.push(3);
  expect(gate.isHeld).toBe(false);
  upload.push(4);
  expect(gate.isHeld).toBe(true);
});

test('an item that was read is not kept, although the client is always ahead', async () => {
  const { upload } = open();
  const items: WeakRef<object>[] = [];
  const push = (): void => {
    const item = {};
    items.push(new WeakRef(item));
    upload.push(item);
  };
  push();
  for (let i = 0; i < 10; i++) {
    push();
    await upload.next();
  }
  // The engine may keep the last result a little longer.
  expect(await countReachable(items)).toBeLessThan(5);
});

test('an upload that has ended keeps its first error', async () => {
  const { upload } = open();
  upload.end(new Error('first'));
  upload.end(new Error('second'));
  await expect(upload.next()).rejects.toThrow('first');
});

test('reading resumes when both of two full uploads have room', () => {
  const { upload, gate, memory, calls } = open(1);
  const other = new UploadStream(1, gate, memory);
  upload.push(1);
  other.push(1);
  upload.discard();
  expect(calls).toEqual(['pause']);
  other.end();
  expect(calls).toEqual(['pause', 'resume']);
});

test('buffered items come before the error, and the iterator is done after the error', async () => {
  const { upload } = open();
  upload.push(null);
  upload.end(new Error('failed'));
  upload.push('late');
  expect(await upload.next()).toEqual({ done: false, value: null });
  await expect(upload.next()).rejects.toThrow('failed');
  expect(await upload.next()).toEqual(done);
});

test('pending reads get the items in order, then the end', async () => {
  const { upload } = open();
  const reads = [upload.next(), upload.next(), upload.next()];
  upload.push(1);
  upload.push(2);
  upload.end();
  expect(await Promise.all(reads)).toEqual([
    { done: false, value: 1 },
    { done: false, value: 2 },
    done,
  ]);
});

test('leaving the loop drops the buffered items and resumes reading', async () => {
  const { upload, gate } = open();
  for (const item of [1, 2, 3]) upload.push(item);
  for await (const item of upload) {
    expect(item).toBe(1);
    break;
  }
  upload.push(4);
  expect(gate.isHeld).toBe(false);
  expect(await upload.next()).toEqual(done);
});

test('an invalid item ends the upload', async () => {
  const upload = open().upload.validateWith(z.coerce.number());
  upload.push('1');
  upload.push('x');
  expect(await upload.next()).toEqual({ done: false, value: 1 });
  await expect(upload.next()).rejects.toThrow(/^Failed to bind Stream message\.$/);
  upload.push('2');
  expect(await upload.next()).toEqual(done);
});

test('an invalid item is explained if the client may see the messages of the schema', async () => {
  const upload = open().upload.validateWith(z.number('A number is needed.'), true);
  upload.push('x');
  await expect(upload.next()).rejects.toThrow('A number is needed.');
});
