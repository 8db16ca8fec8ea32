import { expect, test, vi } from 'vitest';
import { Gate } from '../../connections/gate.ts';
import { turns } from '../../testing/event-loop.ts';
import { HubCall } from '../hub-call.ts';
import { isAsyncIterable, pumpStream, streamSource } from './stream-pump.ts';

/** Creates a call whose items the test reads. `whenRoom` and `write` replace the client. */
function createCall({
  whenRoom = (): Promise<void> | undefined => undefined,
  write = (_item: unknown): void => undefined,
} = {}) {
  const items: unknown[] = [];
  const connection = {
    whenRoom,
    streamItemWriter: (id: string) => (item: unknown) => {
      write(item);
      items.push([id, item]);
    },
  };
  const call = new HubCall(connection as never, undefined as never, undefined, () => undefined);
  return { call, items };
}

async function* generate(): AsyncGenerator<number> {
  yield 1;
}

test.each([
  [generate(), true],
  [new ReadableStream(), true],
  [[1], false],
  [{}, false],
  [null, false],
  ['text', false],
  [undefined, false],
])('%o is an async iterable: %s', (value, expected) => {
  expect(isAsyncIterable(value)).toBe(expected);
});

test.each([['text'], [5], [null], [undefined], [{}], [() => []]])('%o is no stream', (value) => {
  expect(streamSource(value)).toBeUndefined();
});

test.each([
  ['an array', [1, 2]],
  ['a set', new Set([1, 2])],
  ['a generator', [1, 2].values()],
])('the items of %s are sent without waiting for a promise', async (_name, value) => {
  const { call, items } = createCall();
  const end = pumpStream(call, 'i', streamSource(value) as never);
  expect(items).toEqual([
    ['i', 1],
    ['i', 2],
  ]);
  await end;
});

test('the items of a synchronous source may be promises', async () => {
  const { call, items } = createCall();
  await pumpStream(call, 'i', [Promise.resolve(1), 2].values());
  expect(items).toEqual([
    ['i', 1],
    ['i', 2],
  ]);
});

test('an item that is a promise and rejects ends the stream and its source', async () => {
  const { call, items } = createCall();
  const onEnd = vi.fn();
  function* source(): Generator<Promise<number>> {
    try {
      yield Promise.reject(new Error('not found'));
    } finally {
      onEnd();
    }
  }
  await expect(pumpStream(call, 'i', source() as never)).rejects.toThrow('not found');
  expect(items).toEqual([]);
  expect(onEnd).toHaveBeenCalledOnce();
});

test('the items of an async generator and of a ReadableStream are sent', async () => {
  const readable = new ReadableStream<number>({
    start: (controller) => {
      controller.enqueue(1);
      controller.close();
    },
  });
  for (const value of [generate(), readable]) {
    const { call, items } = createCall();
    await pumpStream(call, 'i', streamSource(value) as never);
    expect(items).toEqual([['i', 1]]);
  }
});

test('the next item is read when the client has room', async () => {
  const room = new Gate();
  let isFull = false;
  const { call, items } = createCall({
    whenRoom: () => (isFull ? room.wait() : undefined),
    write: () => (isFull = true),
  });
  const next = vi.fn(() => ({ done: next.mock.calls.length > 2, value: 'item' }));
  const end = pumpStream(call, 'i', { next });
  await turns(2);
  expect([items.length, next.mock.calls.length]).toEqual([1, 1]);
  isFull = false;
  room.open();
  await turns(2);
  expect([items.length, next.mock.calls.length]).toEqual([2, 2]);
  isFull = false;
  room.open();
  await end;
});

test('an item is sent when the client has room, also if other streams filled it again', async () => {
  const room = new Gate();
  let isFull = true;
  const { call, items } = createCall({ whenRoom: () => (isFull ? room.wait() : undefined) });
  const end = pumpStream(call, 'i', [1].values());
  room.open();
  await turns(2);
  expect(items).toEqual([]);
  isFull = false;
  room.open();
  await end;
  expect(items).toEqual([['i', 1]]);
});

test('canceling calls return() once, and the item that is produced meanwhile is sent', async () => {
  const produced = new Gate();
  const next = vi.fn(() => produced.wait().then(() => ({ done: false as const, value: 'last' })));
  const onReturn = vi.fn();
  const { call, items } = createCall();
  const end = pumpStream(call, 'i', { next, return: onReturn });
  call.cancel();
  produced.open();
  await end;
  expect(items).toEqual([['i', 'last']]);
  expect([next.mock.calls.length, onReturn.mock.calls.length]).toEqual([1, 1]);
});

test('canceling cancels a ReadableStream, although its next item has not arrived', async () => {
  const cancel = vi.fn();
  const { call, items } = createCall();
  const end = pumpStream(call, 'i', streamSource(new ReadableStream({ cancel })) as never);
  call.cancel();
  await end;
  expect(cancel).toHaveBeenCalledTimes(1);
  expect(items).toEqual([]);
});

test('a source without return() stops after the item that is produced', async () => {
  const { call, items } = createCall({ write: () => call.cancel() });
  await pumpStream(call, 'i', { next: () => ({ done: false, value: 1 }) });
  expect(items).toEqual([['i', 1]]);
});

test('a call that is canceled early starts its generator, which runs its finally block', async () => {
  const steps: string[] = [];
  async function* source(): AsyncGenerator<number> {
    try {
      steps.push('started');
      yield 1;
    } finally {
      steps.push('finished');
    }
  }
  const { call } = createCall();
  call.cancel();
  await pumpStream(call, 'i', streamSource(source()) as never);
  expect(steps).toEqual(['started', 'finished']);
});

test.each([
  [
    'throws',
    () => {
      throw new Error('return failed');
    },
  ],
  ['rejects', () => Promise.reject(new Error('return failed'))],
])('if return() %s, the error is handled at the end of the stream', async (_name, onReturn) => {
  const unhandled = vi.fn();
  process.on('unhandledRejection', unhandled);
  const produced = new Gate();
  const { call } = createCall();
  const end = pumpStream(call, 'i', {
    next: () => produced.wait().then(() => ({ done: true as const, value: undefined })),
    return: onReturn,
  });
  call.cancel();
  await turns(2);
  produced.open();
  await expect(end).rejects.toThrow('return failed');
  process.off('unhandledRejection', unhandled);
  expect(unhandled).not.toHaveBeenCalled();
});

test('an item that cannot be written ends the source and rejects', async () => {
  const onReturn = vi.fn();
  const { call } = createCall({
    write: () => {
      throw new Error('not serializable');
    },
  });
  const source = { next: () => ({ done: false as const, value: 1n }), return: onReturn };
  await expect(pumpStream(call, 'i', source)).rejects.toThrow('not serializable');
  expect(onReturn).toHaveBeenCalledTimes(1);
});

test('an error of the source rejects', async () => {
  const { call } = createCall();
  const source = { next: () => Promise.reject(new Error('source failed')) };
  await expect(pumpStream(call, 'i', source)).rejects.toThrow('source failed');
});
