import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { BytesInFlight } from '../../limits/bytes-in-flight.ts';
import { READ_BUDGET, ReadBudget } from './read-budget.ts';

const limits = { maximumReceiveMessageSize: 100 };

function createSource() {
  const calls: string[] = [];
  return { calls, pause: () => calls.push('pause'), resume: () => calls.push('resume') };
}

test('a client that sends 64 KB is read again in the next turn, and then has a new budget', async () => {
  const source = createSource();
  const budget = new ReadBudget(source, undefined, limits);
  budget.spend(READ_BUDGET - 1);
  expect(source.calls).toEqual([]);
  budget.spend(1);
  expect(source.calls).toEqual(['pause']);
  await setImmediate();
  expect(source.calls).toEqual(['pause', 'resume']);
  budget.spend(READ_BUDGET - 1);
  expect(source.calls).toEqual(['pause', 'resume']);
  budget.spend(2);
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
  busy.spend(1000);
  busy.settle({ added: 2, started: 1 });
  expect(busySource.pauses).toBe(0);
  busy.spend(1);
  busy.settle({ added: 2, started: 1 });
  busy.settle({ added: 2, started: 1 });
  expect(busySource.pauses).toBe(1);
  idle.spend(10);
  idle.settle({ added: 0, started: 0 });
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
    budget.spend(300);
    budget.settle({ added, started: added - 2 });
    budget.release({ added, started: added - 1 });
  }
  expect(total.total).toBe(300);
  expect(source.pauses).toBe(0);
});

test('messages that do not wait count up to the size of one incomplete message', () => {
  const total = new BytesInFlight(1000);
  const budget = new ReadBudget(new Source(), total, limits);
  budget.spend(10);
  budget.settle({ added: 2, started: 1 });
  for (let i = 0; i < 10; i++) {
    budget.spend(80);
    budget.settle({ added: 2, started: 1 });
  }
  expect(total.total).toBe(10 + limits.maximumReceiveMessageSize);
});

test('calls that start while the bytes are read do not release the bytes of those that wait', () => {
  const total = new BytesInFlight(1000);
  const budget = new ReadBudget(new Source(), total, limits);
  budget.spend(100);
  budget.release({ added: 1, started: 1 });
  budget.settle({ added: 5, started: 1 });
  expect(total.total).toBe(100);
  budget.release({ added: 5, started: 5 });
  expect(total.total).toBe(0);
});

test('without a limit, calls that wait do not change what is read', () => {
  const source = createSource();
  const budget = new ReadBudget(source, undefined, limits);
  for (let added = 1; added < 10; added++) {
    budget.spend(10);
    budget.settle({ added, started: 0 });
  }
  budget.release({ added: 9, started: 9 });
  expect(source.calls).toEqual([]);
});

test('the end of a call does not resume a client whose reading was not paused', () => {
  const source = createSource();
  const budget = new ReadBudget(source, new BytesInFlight(1000), limits);
  budget.spend(10);
  budget.settle({ added: 1, started: 0 });
  budget.release({ added: 1, started: 1 });
  expect(source.calls).toEqual([]);
});
