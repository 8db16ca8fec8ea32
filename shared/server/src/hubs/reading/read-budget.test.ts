import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { BytesInFlight } from '../../limits/bytes-in-flight.ts';
import { type CallCounts, READ_BUDGET, ReadBudget } from './read-budget.ts';

const limits = { maximumReceiveMessageSize: 100 };

/** Reads chunks of this size, except for the last bytes. */
function read(budget: ReadBudget, bytes: number, calls: CallCounts, unreadBytes = 0): void {
  const chunk = new Uint8Array(bytes);
  budget.receive(chunk);
  budget.begin(chunk);
  budget.settle(calls, chunk, unreadBytes === 0 ? undefined : chunk.subarray(0, unreadBytes));
}

function createSource() {
  const calls: string[] = [];
  return { calls, pause: () => calls.push('pause'), resume: () => calls.push('resume') };
}

test('a client that sends 64 KB is read again in the next turn, and then has a new budget', async () => {
  const source = createSource();
  const budget = new ReadBudget(source, undefined, limits);
  const noCalls = { added: 0, started: 0 };
  read(budget, READ_BUDGET, noCalls, 1);
  expect([budget.remaining, source.calls]).toEqual([1, []]);
  read(budget, 1, noCalls);
  expect([budget.remaining, source.calls]).toEqual([READ_BUDGET, ['pause']]);
  await setImmediate();
  expect(source.calls).toEqual(['pause', 'resume']);
  read(budget, READ_BUDGET - 1, noCalls);
  expect(source.calls).toEqual(['pause', 'resume']);
  read(budget, 2, noCalls);
  expect(source.calls).toEqual(['pause', 'resume', 'pause']);
});

/** A client that counts how often reading was paused and not resumed. */
class Source {
  pauses = 0;
  pause(): void {
    this.pauses += 1;
  }
  resume(): void {
    this.pauses -= 1;
  }
}

test('a client whose calls wait is not read while all clients exceed the limit', () => {
  const total = new BytesInFlight(1000);
  const [busySource, idleSource] = [new Source(), new Source()];
  const busy = new ReadBudget(busySource, total, limits);
  const idle = new ReadBudget(idleSource, total, limits);
  read(busy, 1000, { added: 2, started: 1 });
  expect(busySource.pauses).toBe(0);
  read(busy, 1, { added: 2, started: 1 });
  read(busy, 0, { added: 2, started: 1 });
  expect(busySource.pauses).toBe(1);
  read(idle, 10, { added: 0, started: 0 });
  expect(idleSource.pauses).toBe(0);
  expect(total.total).toBe(1001);
  busy.release({ added: 2, started: 2 });
  busy.release({ added: 2, started: 2 });
  expect(busySource.pauses).toBe(0);
  expect(total.total).toBe(0);
});

test('the bytes of a call do not count after it has started, although others always wait', () => {
  const total = new BytesInFlight(1000);
  const source = new Source();
  const budget = new ReadBudget(source, total, limits);
  for (let added = 2; added < 100; added++) {
    read(budget, 300, { added, started: added - 2 });
    budget.release({ added, started: added - 1 });
  }
  expect(total.total).toBe(300);
  expect(source.pauses).toBe(0);
});

test('messages that do not wait count up to the size of one incomplete message', () => {
  const total = new BytesInFlight(1000);
  const budget = new ReadBudget(new Source(), total, limits);
  read(budget, 10, { added: 2, started: 1 });
  for (let i = 0; i < 10; i++) {
    read(budget, 80, { added: 2, started: 1 });
  }
  expect(total.total).toBe(10 + limits.maximumReceiveMessageSize);
});

test('calls that start while the bytes are read do not release the bytes of those that wait', () => {
  const total = new BytesInFlight(1000);
  const budget = new ReadBudget(new Source(), total, limits);
  const chunk = new Uint8Array(100);
  budget.receive(chunk);
  budget.begin(chunk);
  budget.release({ added: 1, started: 1 });
  budget.settle({ added: 5, started: 1 }, chunk);
  expect(total.total).toBe(100);
  budget.release({ added: 5, started: 5 });
  expect(total.total).toBe(0);
});

test('without a limit, calls that wait do not change what is read', () => {
  const source = createSource();
  const budget = new ReadBudget(source, undefined, limits);
  for (let added = 1; added < 10; added++) {
    read(budget, 10, { added, started: 0 });
  }
  budget.release({ added: 9, started: 9 });
  expect(source.calls).toEqual([]);
});

test('the end of a call does not resume a client whose reading was not paused', () => {
  const source = createSource();
  const budget = new ReadBudget(source, new BytesInFlight(1000), limits);
  read(budget, 10, { added: 1, started: 0 });
  budget.release({ added: 1, started: 1 });
  expect(source.calls).toEqual([]);
});

test('what was not read counts until it is read and its call has started, or until it is dropped', () => {
  const total = new BytesInFlight(1000);
  const budget = new ReadBudget(new Source(), total, limits);
  read(budget, 500, { added: 1, started: 0 }, 200);
  budget.receive(new Uint8Array(50));
  expect(total.total).toBe(550);
  budget.release({ added: 1, started: 1 });
  expect(total.total).toBe(250);
  budget.begin(new Uint8Array(200));
  budget.settle({ added: 2, started: 1 }, new Uint8Array(200));
  expect(total.total).toBe(250);
  budget.dropUnread();
  expect(total.total).toBe(200);
  budget.release({ added: 2, started: 2 });
  expect(total.total).toBe(0);
});

test('what is dropped while a chunk is read does not count', () => {
  const total = new BytesInFlight(1000);
  const budget = new ReadBudget(new Source(), total, limits);
  const chunk = new Uint8Array(500);
  budget.receive(chunk);
  budget.receive(new Uint8Array(30));
  budget.begin(chunk);
  budget.dropUnread();
  budget.settle({ added: 3, started: 3 }, chunk);
  expect(total.total).toBe(0);
});

test('text counts with its bytes', () => {
  const total = new BytesInFlight(1000);
  const budget = new ReadBudget(new Source(), total, limits);
  budget.receive('€€€');
  expect(total.total).toBe(9);
  budget.begin('€€€');
  budget.settle({ added: 1, started: 0 }, '€€€', '€');
  expect(total.total).toBe(9);
  budget.release({ added: 1, started: 1 });
  expect(total.total).toBe(3);
});
