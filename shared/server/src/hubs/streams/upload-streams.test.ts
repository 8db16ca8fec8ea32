import { expect, test, vi } from 'vitest';
import { ReadGate } from '../reading/read-gate.ts';
import { UploadStreams } from './upload-streams.ts';

const options = { streamBufferCapacity: 10, maximumReceiveMessageSize: 32_768 };
const createStreams = (): UploadStreams =>
  new UploadStreams(
    options,
    new ReadGate({ pause: () => undefined, resume: () => undefined }, () => undefined),
  );

test('an item that cannot be read ends its upload after the items before it', async () => {
  const streams = createStreams();
  streams.open(['a']);
  streams.push('a', 1);
  streams.refuseItem('a');
  const upload = streams.get('a');
  expect(await upload.next()).toEqual({ done: false, value: 1 });
  await expect(upload.next()).rejects.toMatchObject({
    code: 'ERR_SIGNALR_UPLOAD_ITEM_INVALID',
    message: 'Failed to bind Stream message.',
  });
});

test('an unreadable item of an unknown upload is ignored', () => {
  expect(() => createStreams().refuseItem('unknown')).not.toThrow();
});

test('the end of the last upload is reported, and the end of an unknown one changes nothing', () => {
  const streams = createStreams();
  const onEmpty = vi.fn();
  streams.onEmpty = onEmpty;
  streams.open(['a', 'b']);
  streams.close(['a', 'unknown']);
  expect([streams.size, onEmpty.mock.calls.length]).toEqual([1, 0]);
  streams.close(['b']);
  expect([streams.size, onEmpty.mock.calls.length]).toEqual([0, 1]);
});
