import { expect, test } from 'vitest';
import { z } from 'zod';
import { ReadGate } from '../connection/read-gate.ts';
import { UploadStream } from './upload-stream.ts';

function open(capacity = 2): { upload: UploadStream; gate: ReadGate; said: string[] } {
  const said: string[] = [];
  const gate = new ReadGate({ pause: () => said.push('pause'), resume: () => said.push('resume') });
  return { upload: new UploadStream(capacity, gate), gate, said };
}
const done = { done: true, value: undefined };

test('the client is held back at the capacity and read again below it', async () => {
  const { upload, gate, said } = open();
  upload.push(1);
  expect(gate.isHeld).toBe(false);
  upload.push(2);
  upload.push(3); // what one piece still held
  expect(said).toEqual(['pause']);
  expect(await upload.next()).toEqual({ done: false, value: 1 });
  expect(gate.isHeld).toBe(true);
  await upload.next();
  expect(said).toEqual(['pause', 'resume']);
});

test('two uploads that are full hold the client back until both have room', () => {
  const { upload, gate, said } = open(1);
  const other = new UploadStream(1, gate);
  upload.push(1);
  other.push(1);
  upload.discard();
  expect(said).toEqual(['pause']);
  other.end();
  expect(said).toEqual(['pause', 'resume']);
});

test('items that wait come before the end and before an error; an iterator that has failed has ended', async () => {
  const { upload } = open();
  upload.push(null);
  upload.end(new Error('gave up'));
  upload.push('late');
  expect(await upload.next()).toEqual({ done: false, value: null });
  await expect(upload.next()).rejects.toThrow('gave up');
  expect(await upload.next()).toEqual(done);
});

test('readers that wait get items in order, then the end', async () => {
  const { upload } = open();
  const waiting = [upload.next(), upload.next(), upload.next()];
  upload.push(1);
  upload.push(2);
  upload.end();
  expect(await Promise.all(waiting)).toEqual([
    { done: false, value: 1 },
    { done: false, value: 2 },
    done,
  ]);
});

test('leaving the loop forgets what waits and lets go of the client', async () => {
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

test('a wrong item ends the upload', async () => {
  const upload = open().upload.validateWith(z.coerce.number());
  upload.push('1');
  upload.push('x');
  expect(await upload.next()).toEqual({ done: false, value: 1 });
  await expect(upload.next()).rejects.toThrow('Failed to bind Stream message.');
  upload.push('2');
  expect(await upload.next()).toEqual(done);
});
