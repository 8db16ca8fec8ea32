import { expect, test } from 'vitest';
import { ReadGate } from './read-gate.ts';

function createSource() {
  const calls: string[] = [];
  return { calls, pause: () => calls.push('pause'), resume: () => calls.push('resume') };
}

test('reading resumes when each consumer that has paused it has resumed it', () => {
  const source = createSource();
  const gate = new ReadGate(source);
  expect(gate.isHeld).toBe(false);
  gate.pause();
  gate.pause();
  expect([gate.isHeld, source.calls]).toEqual([true, ['pause']]);
  gate.resume();
  expect([gate.isHeld, source.calls]).toEqual([true, ['pause']]);
  gate.resume();
  expect([gate.isHeld, source.calls]).toEqual([false, ['pause', 'resume']]);
  gate.pause();
  expect(source.calls).toEqual(['pause', 'resume', 'pause']);
});
