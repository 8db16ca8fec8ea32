import { expect, test } from 'vitest';
import { Gate } from './gate.ts';

test('all callers that wait continue when the gate opens', async () => {
  const gate = new Gate();
  const first = gate.wait();
  expect(gate.wait()).toBe(first);
  expect(gate.isAwaited).toBe(true);
  gate.open();
  await first;
  expect(gate.isAwaited).toBe(false);
});

test('a wait after the gate has opened needs the next opening', async () => {
  const gate = new Gate();
  gate.open();
  const order: string[] = [];
  const waited = gate.wait().then(() => order.push('continued'));
  order.push('opened');
  gate.open();
  await waited;
  expect(order).toEqual(['opened', 'continued']);
});
