import { expect, test } from 'vitest';
import { IpcWorkerBus } from './ipc-worker-bus.ts';
import type { ToPrimary } from './primary-messages.ts';
import type { WorkerMessage } from './worker-messages.ts';

/** A bus, and what it has sent to the primary process. */
function createBus(): { readonly bus: IpcWorkerBus; readonly sent: ToPrimary[] } {
  const sent: ToPrimary[] = [];
  const bus = new IpcWorkerBus((message: ToPrimary) => {
    sent.push(message);
    return Promise.resolve();
  });
  return { bus, sent };
}

const close: WorkerMessage = { type: 'close', kind: 'users', name: 'ada' };

test('a message reaches the listener of its hub until the listener is removed', () => {
  const { bus } = createBus();
  const received: unknown[] = [];
  const remove = bus.listen('chat', {
    onMessage: (message, from) => received.push([message, from]),
    onPeerGone: () => undefined,
  });
  bus.onMessage({ kind: 'relay', hubName: 'chat', message: close, from: 2 });
  bus.onMessage({ kind: 'relay', hubName: 'other', message: close, from: 2 });
  expect(received).toEqual([[close, 2]]);
  remove();
  bus.onMessage({ kind: 'relay', hubName: 'chat', message: close, from: 2 });
  expect(received).toHaveLength(1);
});

test('a query for a hub that this worker does not serve is answered: it holds no connection', () => {
  const { bus, sent } = createBus();
  const message = { type: 'query', id: 7 } as unknown as WorkerMessage;
  bus.onMessage({ kind: 'relay', hubName: 'chat', message, from: 2 });
  const reply = { type: 'reply', id: 7, isHolder: false };
  expect(sent).toEqual([{ kind: 'relay', worker: 2, hubName: 'chat', message: reply }]);
});

test('listeners are notified of the workers that have ended', () => {
  const { bus } = createBus();
  const gone: number[] = [];
  bus.listen('chat', { onMessage: () => undefined, onPeerGone: (worker) => gone.push(worker) });
  bus.onMessage({
    kind: 'peers',
    peers: new Map([
      [1, 'a'],
      [2, 'b'],
    ]),
  });
  expect([...bus.peers]).toEqual([1, 2]);
  expect(bus.socketPathOf(2)).toBe('b');
  bus.onMessage({ kind: 'peers', peers: new Map([[1, 'a']]) });
  expect(gone).toEqual([2]);
  expect(bus.socketPathOf(2)).toBeUndefined();
});
