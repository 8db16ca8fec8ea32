import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { BytesInFlight } from '../../limits/bytes-in-flight.ts';
import { READ_BUDGET, ReadBudget } from './read-budget.ts';

function createSource() {
  const calls: string[] = [];
  return { calls, pause: () => calls.push('pause'), resume: () => calls.push('resume') };
}

test('a client that sends 64 KB is read again in the next turn, and then has a new budget', async () => {
  const source = createSource();
  const budget = new ReadBudget(source, undefined);
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
  const busy = new ReadBudget(busySource, total);
  const idle = new ReadBudget(idleSource, total);
  busy.spend(1000);
  busy.settle(true);
  expect(busySource.pauses).toBe(0);
  busy.spend(1);
  busy.settle(true);
  busy.settle(true);
  expect(busySource.pauses).toBe(1);
  idle.spend(10);
  idle.settle(false);
  expect(idleSource.pauses).toBe(0);
  expect(total.total).toBe(1001);
  busy.release();
  busy.release();
  expect(busySource.pauses).toBe(0);
  expect(total.total).toBe(0);
});
