import { expect, test } from 'vitest';
import { Expectations } from './expectations.ts';

function expectationsOf(...texts: readonly string[]): Expectations {
  const expectations = new Expectations();
  for (const text of texts) expectations.add(text, text.slice(0, 1), false);
  return expectations;
}

test('messages with the same key must arrive in order, others in any order', () => {
  const expectations = expectationsOf('a1', 'a2', 'b1');
  expect(expectations.findFault(['b1', 'a1', 'a2'])).toBeUndefined();
  expect(expectations.findFault(['a2', 'b1', 'a1'])).toBe(
    "received 'a1' after 'a2', which was sent later",
  );
});

test('a repeated and an unexpected message are faults', () => {
  const expectations = expectationsOf('a1');
  expect(expectations.findFault(['a1', 'a1'])).toBe("received 'a1' twice");
  expect(expectations.findFault(['c1'])).toBe("received 'c1', which was not sent to it");
});

test('an optional message may arrive or be missing', () => {
  const expectations = expectationsOf('a1', 'a2');
  expectations.makeOptional('a1');
  expectations.add('a3', 'a', true);
  expect(expectations.missing([])).toEqual(['a2']);
  expect(expectations.findFault(['a1', 'a2', 'a3'])).toBeUndefined();
});
