import { expect, test } from 'vitest';
import { ReadGate } from './read-gate.ts';

function createSource() {
  const calls: string[] = [];
  return { calls, pause: () => calls.push('pause'), resume: () => calls.push('resume') };
}

test('reading resumes when each consumer that has paused it has resumed it', () => {
  const source = createSource();
  const gate = new ReadGate(source, () => undefined);
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

/** A gate whose consumer pauses at each 'x', and the text that was read in one step each. */
function createGate() {
  const source = createSource();
  const read: string[] = [];
  const gate = new ReadGate(source, (chunk) => {
    const text = String(chunk);
    const end = text.indexOf('x') + 1;
    read.push(end === 0 ? text : text.slice(0, end));
    if (end === 0) return undefined;
    gate.pause();
    return text.slice(end) || undefined;
  });
  return { ...source, gate, read };
}

test('reading stops in a chunk, and continues with its rest and with what has arrived', () => {
  const { gate, read, calls } = createGate();
  gate.receive('a');
  gate.receive('bxcxd');
  gate.receive('e');
  gate.receive('fx');
  expect([read, calls]).toEqual([['a', 'bx'], ['pause']]);
  gate.resume();
  expect([read, calls]).toEqual([['a', 'bx', 'cx'], ['pause']]);
  gate.resume();
  expect([read, calls]).toEqual([['a', 'bx', 'cx', 'd', 'e', 'fx'], ['pause']]);
  gate.resume();
  expect(calls).toEqual(['pause', 'resume']);
  gate.receive('g');
  expect(read.at(-1)).toBe('g');
});

test('what was not read can be dropped', () => {
  const { gate, read, calls } = createGate();
  gate.receive('axb');
  gate.receive('c');
  gate.clear();
  gate.resume();
  expect([read, calls]).toEqual([['ax'], ['pause', 'resume']]);
});

test('a source that sends while it resumes sends after what has waited', () => {
  const read: unknown[] = [];
  const source = { pause: () => undefined, resume: () => gate.receive('late') };
  const gate = new ReadGate(source, (chunk) => void read.push(chunk));
  gate.pause();
  gate.receive('a');
  gate.receive('b');
  gate.resume();
  expect(read).toEqual(['a', 'b', 'late']);
});

test('a chunk that arrives while another one is read follows it', () => {
  const read: string[] = [];
  const gate = new ReadGate(createSource(), (chunk) => {
    read.push(`${String(chunk)} begins`);
    if (chunk === 'first') {
      gate.pause();
      gate.receive('second');
      gate.resume();
    }
    read.push(`${String(chunk)} ends`);
    return undefined;
  });
  gate.receive('first');
  expect(read).toEqual(['first begins', 'first ends', 'second begins', 'second ends']);
});
