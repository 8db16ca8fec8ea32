import { expect, test, vi } from 'vitest';
import { ReadGate } from '../reading/read-gate.ts';
import { ClientStreams, MAXIMUM_STREAMS } from './client-streams.ts';
import { MAXIMUM_UPLOADS } from './upload-streams.ts';

const options = { streamBufferCapacity: 10, maximumReceiveMessageSize: 32_768 };
const createStreams = (): ClientStreams =>
  new ClientStreams(
    options,
    new ReadGate({ pause: () => undefined, resume: () => undefined }, () => undefined),
  );
const stream = { cancel: () => undefined };

test('a client may have 1,000 streams, and the next one gets an error until one ends', () => {
  const streams = createStreams();
  for (let i = 0; i < MAXIMUM_STREAMS; i++) expect(streams.begin(`${i}`, stream)).toBeUndefined();
  expect(streams.begin('next', stream)).toMatch(/1,?000/);
  expect(streams.begin('0', stream)).toContain("'0'");
  expect(streams.end('7')).toBeUndefined();
  expect(streams.begin('next', stream)).toBeUndefined();
  expect(streams.begin('after', stream)).toMatch(/1,?000/);
});

test('a client may have 1,000 uploads, and a call with too many opens none', () => {
  const { uploads } = createStreams();
  const ids = Array.from({ length: MAXIMUM_UPLOADS - 1 }, (_, i) => `${i}`);
  expect(uploads.open(ids)).toBeUndefined();
  expect(uploads.open(['a', 'b'])).toMatch(/1,?000/);
  expect(uploads.size).toBe(MAXIMUM_UPLOADS - 1);
  expect(uploads.open(['a'])).toBeUndefined();
  expect(uploads.open(['b'])).toMatch(/1,?000/);
  uploads.close(['a', '0']);
  expect(uploads.open(['b', 'c'])).toBeUndefined();
});

test('an upload whose id is used again counts until the connection closes', () => {
  const { uploads } = createStreams();
  uploads.open(['a']);
  uploads.open(['a']);
  expect(uploads.size).toBe(2);
  uploads.close(['a']);
  expect(uploads.size).toBe(1);
  uploads.abort(new Error('closed'));
  expect(uploads.size).toBe(0);
});

test('a call can be canceled while it runs, under its own id', () => {
  const streams = createStreams();
  const canceled: string[] = [];
  const running = (name: string) => ({ cancel: () => canceled.push(name) });
  streams.begin('1', running('stream'));
  const plain = running('plain');
  streams.beginPlain('2', plain);
  expect(streams.unansweredIds).toEqual(['1', '2']);
  expect([streams.cancel('1'), streams.cancel('2'), streams.cancel('3')]).toEqual([
    true,
    true,
    false,
  ]);
  expect(canceled).toEqual(['stream', 'plain']);
  // Another call has used the id again, so the end of the first one does not remove it.
  streams.beginPlain('2', running('second'));
  streams.endPlain('2', plain);
  expect(streams.cancel('2')).toBe(true);
  streams.end('1');
  expect(streams.cancel('1')).toBe(false);
});

test('closing cancels what runs and what starts later', async () => {
  const streams = createStreams();
  const cancel = vi.fn();
  streams.begin('1', { cancel });
  streams.beginPlain('2', { cancel });
  streams.uploads.open(['u']);
  const item = streams.uploads.get('u').next();
  streams.abort('c');
  await expect(item).rejects.toThrow();
  expect(cancel).toHaveBeenCalledTimes(2);
  streams.begin('3', { cancel });
  streams.beginPlain('4', { cancel });
  expect(cancel).toHaveBeenCalledTimes(4);
  await expect(streams.uploads.get('later').next()).rejects.toThrow();
});

test('streams are idle when the last stream and the last upload have ended', async () => {
  const streams = createStreams();
  const onIdle = vi.fn();
  expect(streams.isIdle(onIdle)).toBe(true);
  streams.begin('1', stream);
  expect(streams.isIdle(onIdle)).toBe(false);
  streams.end('1');
  expect(onIdle).not.toHaveBeenCalled();
  await Promise.resolve();
  expect(onIdle).toHaveBeenCalledTimes(1);
  streams.uploads.open(['u']);
  expect(streams.isIdle(onIdle)).toBe(false);
  streams.uploads.close(['u']);
  await Promise.resolve();
  expect(onIdle).toHaveBeenCalledTimes(2);
});

test('streams of a client that moves get an error, and the last one reports it', async () => {
  const streams = createStreams();
  const cancel = vi.fn();
  const onIdle = vi.fn();
  streams.begin('1', { cancel });
  let reportIdleCalls: (() => void) | undefined;
  const calls = {
    whenIdle: (report: () => void) => {
      reportIdleCalls = report;
    },
  };
  streams.move('c', calls, onIdle);
  expect(cancel).toHaveBeenCalledTimes(1);
  reportIdleCalls?.();
  expect(onIdle).not.toHaveBeenCalled();
  expect(streams.end('1')).toBeTypeOf('string');
  await Promise.resolve();
  expect(onIdle).toHaveBeenCalledTimes(1);
});

test('a stream of a client that moves gets an error, although calls still run', () => {
  const streams = createStreams();
  streams.begin('1', stream);
  streams.move('c', { whenIdle: () => undefined }, () => undefined);
  expect(streams.end('1')).toBeTypeOf('string');
});

test('if no call runs when a client moves, the end of the last stream is reported', async () => {
  const streams = createStreams();
  const onIdle = vi.fn();
  streams.begin('1', stream);
  streams.move('c', { whenIdle: (report) => report() }, onIdle);
  expect(onIdle).not.toHaveBeenCalled();
  streams.end('1');
  await Promise.resolve();
  expect(onIdle).toHaveBeenCalledTimes(1);
});

test('items and ends of unknown uploads are ignored', () => {
  const streams = createStreams();
  streams.receive('u', 1);
  streams.refuseItem('u');
  expect(streams.complete('u', undefined)).toBe(false);
  streams.uploads.open(['u']);
  streams.receive('v', 1);
  expect([streams.complete('v', 'x'), streams.complete('u', 'x')]).toEqual([false, true]);
});

test('a connection without streams and calls has nothing to end', () => {
  const streams = createStreams();
  expect(streams.unansweredIds).toEqual([]);
  expect(streams.end('unknown')).toBeUndefined();
  streams.endPlain('unknown', stream);
  expect(streams.cancel('unknown')).toBe(false);
  streams.abort('c');
  const onIdle = vi.fn();
  createStreams().move('c', { whenIdle: (report) => report() }, onIdle);
  expect(onIdle).toHaveBeenCalledTimes(1);
});

test('a plain call that has ended cannot be canceled', () => {
  const streams = createStreams();
  const call = { cancel: vi.fn() };
  streams.beginPlain('1', call);
  streams.endPlain('1', call);
  expect([streams.cancel('1'), streams.unansweredIds]).toEqual([false, []]);
});

test('items of an upload arrive, and an unreadable one ends it with an error', async () => {
  const streams = createStreams();
  streams.uploads.open(['u', 'v', 'w']);
  streams.receive('u', 7);
  expect(await streams.uploads.get('u').next()).toEqual({ done: false, value: 7 });
  streams.refuseItem('u');
  await expect(streams.uploads.get('u').next()).rejects.toThrow();
  streams.complete('v', 'failed');
  await expect(streams.uploads.get('v').next()).rejects.toThrow('failed');
  streams.complete('w', undefined);
  expect((await streams.uploads.get('w').next()).done).toBe(true);
});

test('an upload may buffer as many items as the capacity', () => {
  const calls: string[] = [];
  const gate = new ReadGate(
    {
      pause: () => calls.push('pause'),
      resume: () => calls.push('resume'),
    },
    () => undefined,
  );
  const { uploads } = new ClientStreams({ ...options, streamBufferCapacity: 2 }, gate);
  uploads.open(['u']);
  uploads.push('u', 1);
  expect(calls).toEqual([]);
  uploads.push('u', 2);
  expect(calls).toEqual(['pause']);
});
