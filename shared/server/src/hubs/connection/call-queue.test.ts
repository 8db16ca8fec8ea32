import { setImmediate } from 'node:timers/promises';
import { MessageType } from '@practical-signalr/protocol';
import { expect, test } from 'vitest';
import { Gate } from '../../connections/gate.ts';
import { countReachable } from '../../testing/memory/collect-garbage.ts';
import type { Invocation } from '../calling-connection.ts';
import { CALL_BUDGET, CallQueue, MAXIMUM_QUEUED, MAXIMUM_WITHOUT_SLOT } from './call-queue.ts';

/** A queue whose calls finish when a test says so. */
function createQueue(maximumParallel = 1, callBudget?: number) {
  const log: string[] = [];
  const gates = new Map<string, Gate>();
  let isSynchronous = false;
  const runCall = ({ target }: Invocation): Promise<unknown> | undefined => {
    log.push(target);
    if (isSynchronous) return undefined;
    const gate = new Gate();
    gates.set(target, gate);
    return gate.wait();
  };
  const source = { pause: () => log.push('pause'), resume: () => log.push('resume') };
  const cancelCall = (id: string): void => {
    log.push(`cancel ${id}`);
  };
  const queue = new CallQueue(maximumParallel, { runCall, cancelCall }, source, callBudget);
  return {
    queue,
    log,
    finish: async (target: string) => {
      gates.get(target)?.open();
      await setImmediate();
    },
    runSynchronously: () => {
      isSynchronous = true;
    },
  };
}

const call = (target: string, more: object = {}): Invocation => ({
  type: MessageType.Invocation,
  target,
  arguments: [],
  ...more,
});

test('reading pauses above 128 waiting calls, once, and resumes when none waits', async () => {
  const { queue, log, finish, runSynchronously } = createQueue();
  queue.add(call('running'));
  for (let i = 0; i < MAXIMUM_QUEUED; i++) queue.add(call('waiting'));
  expect(log).toEqual(['running']);
  queue.add(call('waiting'));
  queue.add(call('last'));
  expect(log).toEqual(['running', 'pause']);
  expect(queue.unfinished).toHaveLength(MAXIMUM_QUEUED + 3);
  runSynchronously();
  await finish('running');
  while (!log.includes('last')) await setImmediate();
  expect(log.filter((one) => one !== 'waiting')).toEqual(['running', 'pause', 'last', 'resume']);
  expect(queue.unfinished).toEqual([]);
});

test('calls run one after the other, and calls with streams or uploads need no slot', async () => {
  const { queue, log, finish } = createQueue();
  queue.add(call('a'));
  queue.add(call('b'));
  expect(queue.isRunning).toBe(true);
  await finish('a');
  expect(log).toEqual(['a', 'b']);
  const parallel = createQueue();
  parallel.queue.add(call('a'));
  parallel.queue.add(call('stream', { type: MessageType.StreamInvocation, invocationId: '1' }));
  parallel.queue.add(call('upload', { streamIds: ['s'] }));
  parallel.queue.add(call('b', { streamIds: [] }));
  expect(parallel.log).toEqual(['a', 'stream', 'upload']);
  const two = createQueue(2);
  for (const name of ['a', 'b', 'c']) two.queue.add(call(name));
  expect(two.log).toEqual(['a', 'b']);
});

test('no call starts before the release', async () => {
  const { queue, log } = createQueue();
  queue.hold();
  queue.add(call('a'));
  queue.whenStarted(() => log.push('started'));
  await setImmediate();
  expect(log).toEqual([]);
  queue.release();
  expect(log).toEqual(['a']);
  await setImmediate();
  expect(log).toEqual(['a', 'started']);
});

test('after 64 calls, those of other connections run', async () => {
  const { queue, log, runSynchronously } = createQueue();
  runSynchronously();
  queue.hold();
  for (let i = 0; i <= CALL_BUDGET; i++) queue.add(call(`${i}`));
  queue.release();
  expect(log).toHaveLength(CALL_BUDGET);
  await setImmediate();
  expect(log).toHaveLength(CALL_BUDGET + 1);
  const small = createQueue(1, 2);
  small.runSynchronously();
  for (const name of ['a', 'b', 'c', 'd', 'e']) small.queue.add(call(name));
  expect(small.log).toEqual(['a', 'b']);
  await setImmediate();
  expect(small.log).toEqual(['a', 'b', 'c', 'd']);
  await setImmediate();
  expect(small.log).toHaveLength(5);
});

test('a waiting call is canceled right after it starts, and later calls with its id are not', async () => {
  const { queue, log, finish } = createQueue();
  queue.cancel('1');
  queue.add(call('a', { invocationId: '1' }));
  queue.add(call('b', { invocationId: '2' }));
  queue.cancel('2');
  queue.add(call('c', { invocationId: '2' }));
  await finish('a');
  expect(log).toEqual(['a', 'b', 'cancel 2']);
  await finish('b');
  expect(log).toEqual(['a', 'b', 'cancel 2', 'c']);
});

test('a call that has run is not kept, although another one always waits', async () => {
  const { queue, finish } = createQueue();
  const calls: WeakRef<Invocation>[] = [];
  const add = (): void => {
    const added = call(`${calls.length}`);
    calls.push(new WeakRef(added));
    queue.add(added);
  };
  add();
  add();
  for (let i = 0; i < 10; i++) {
    add();
    await finish(`${i}`);
  }
  // Two are in the queue. The engine may keep the last one a little longer.
  expect(await countReachable(calls)).toBeLessThan(5);
  expect(queue.unfinished).toHaveLength(2);
});

test('canceled ids that no call has are not kept', async () => {
  const { queue, log, finish } = createQueue();
  for (const invocationId of ['1', '2', '3']) queue.add(call(invocationId, { invocationId }));
  queue.cancel('3');
  for (let i = 0; i < 100; i++) queue.cancel(`unknown ${i}`);
  expect(queue.canceledCount).toBe(1);
  await finish('1');
  await finish('2');
  expect(log).toEqual(['1', '2', '3', 'cancel 3']);
});

test('canceled ids of calls that have started are forgotten, although the queue is never empty', async () => {
  const { queue, finish } = createQueue();
  const add = (id: number): void => queue.add(call(`${id}`, { invocationId: `${id}` }));
  for (let id = 0; id < 5; id++) add(id);
  for (let id = 0; id < 100; id++) {
    add(id + 5);
    queue.cancel(`${id + 5}`);
    await finish(`${id}`);
    expect(queue.canceledCount).toBeLessThanOrEqual(2 * 5);
  }
});

test('a call that waits for a client lets the next one run, and gives its slot back once', async () => {
  const { queue, log, finish } = createQueue();
  const first = call('a');
  queue.add(first);
  for (const name of ['b', 'c']) queue.add(call(name));
  queue.letNextRun(first);
  expect(log).toEqual(['a', 'b']);
  await finish('a');
  expect(log).toEqual(['a', 'b']);
  await finish('b');
  expect(log).toEqual(['a', 'b', 'c']);
});

test('a call that waits for a client in its synchronous part occupies no slot', () => {
  const log: string[] = [];
  const never = new Gate().wait();
  const source = { pause: () => undefined, resume: () => undefined };
  const runner = {
    runCall(one: Invocation): Promise<void> {
      log.push(one.target);
      if (one.target === 'a') queue.letNextRun(one);
      return never;
    },
    cancelCall: () => undefined,
  };
  const queue: CallQueue = new CallQueue(1, runner, source);
  for (const name of ['a', 'b', 'c']) queue.add(call(name));
  expect(log).toEqual(['a', 'b']);
});

test('if too many calls have given their slots back, the next one keeps its slot', async () => {
  const { queue, log, finish } = createQueue(1, Infinity);
  for (let i = 0; i < MAXIMUM_WITHOUT_SLOT; i++) {
    const waiting = call(`waiting ${i}`);
    queue.add(waiting);
    queue.letNextRun(waiting);
  }
  const last = call('last');
  queue.add(last);
  queue.letNextRun(last);
  queue.add(call('next'));
  expect(log).toHaveLength(MAXIMUM_WITHOUT_SLOT + 1);
  await finish('waiting 7');
  queue.letNextRun(last);
  expect(log.at(-1)).toBe('next');
});

test('started means that no call is queued, idle means that no call runs', async () => {
  const { queue, log, finish } = createQueue();
  const waiting = call('waiting');
  queue.add(waiting);
  queue.letNextRun(waiting);
  queue.add(call('a'));
  queue.add(call('b'));
  queue.whenStarted(() => log.push('started'));
  queue.whenIdle(() => log.push('idle'));
  await setImmediate();
  expect(log).toEqual(['waiting', 'a']);
  await finish('a');
  await setImmediate();
  expect(log).toEqual(['waiting', 'a', 'b', 'started']);
  await finish('b');
  await finish('waiting');
  expect(log).toEqual(['waiting', 'a', 'b', 'started', 'idle']);
  const empty = createQueue();
  empty.queue.whenIdle(() => empty.log.push('idle'));
  empty.queue.whenStarted(() => empty.log.push('started'));
  expect(empty.log).toEqual(['idle']);
  await setImmediate();
  expect(empty.log).toEqual(['idle', 'started']);
});

test('clearing removes the waiting calls and resumes reading', async () => {
  const { queue, log, finish } = createQueue();
  for (let i = 0; i < MAXIMUM_QUEUED + 2; i++) queue.add(call(i === 0 ? 'running' : 'waiting'));
  queue.whenIdle(() => log.push('idle'));
  queue.clear();
  expect(log).toEqual(['running', 'pause', 'resume']);
  await finish('running');
  expect(log).toEqual(['running', 'pause', 'resume']);
  queue.add(call('next'));
  expect(log.at(-1)).toBe('next');
});

test('the unfinished calls are those that run or wait, not those that have ended', async () => {
  const { queue, finish } = createQueue();
  for (const name of ['a', 'b', 'c']) queue.add(call(name));
  await finish('a');
  expect(queue.unfinished.map(({ target }) => target)).toEqual(['b', 'c']);
  expect(queue.hasQueued).toBe(true);
  await finish('b');
  expect(queue.hasQueued).toBe(false);
});

test('calls that have started do not count as waiting', () => {
  const { queue, log, runSynchronously } = createQueue();
  runSynchronously();
  queue.hold();
  for (let i = 0; i < MAXIMUM_QUEUED; i++) queue.add(call('early'));
  queue.release();
  for (let i = 0; i < CALL_BUDGET; i++) queue.add(call('late'));
  expect(log).not.toContain('pause');
  queue.add(call('one too many'));
  expect(log.at(-1)).toBe('pause');
});

test('a connection whose calls wait for the next turn is not idle', async () => {
  const { queue, log, runSynchronously } = createQueue(1, 2);
  runSynchronously();
  for (const name of ['a', 'b', 'c']) queue.add(call(name));
  queue.whenIdle(() => log.push('idle'));
  expect(log).toEqual(['a', 'b']);
  await setImmediate();
  expect(log).toEqual(['a', 'b', 'c', 'idle']);
});

test('a call that frees the slot of another one while it starts does not start the next', () => {
  const log: string[] = [];
  const source = { pause: () => undefined, resume: () => undefined };
  const first = call('first');
  const runner = {
    runCall(one: Invocation): Promise<void> | undefined {
      log.push(`${one.target} starts`);
      if (one.target === 'stream') queue.letNextRun(first);
      log.push(`${one.target} started`);
      return one === first ? new Gate().wait() : undefined;
    },
    cancelCall: () => undefined,
  };
  const queue: CallQueue = new CallQueue(1, runner, source);
  queue.add(first);
  queue.hold();
  queue.add(call('stream', { type: MessageType.StreamInvocation, invocationId: '1' }));
  queue.add(call('next'));
  log.length = 0;
  queue.release();
  expect(log).toEqual(['stream starts', 'stream started', 'next starts', 'next started']);
});
