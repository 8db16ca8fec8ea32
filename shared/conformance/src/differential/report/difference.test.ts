import { expect, test } from 'vitest';
import { createCase } from '../grammars.ts';
import { findDifference } from './difference.ts';

const example = { ...createCase(1, 1), grammar: 'json-calls', calls: { 1: 'EchoInt' } };

test('equal answers do not differ', () => {
  expect(findDifference(example, ['a', 'b'], ['a', 'b'])).toBeUndefined();
});

test.each([
  [
    '{"type":3,"invocationId":"1","result":5}',
    '{"type":3,"invocationId":"1","error":"Failed to invoke \'EchoInt\'."}',
    "json-calls | EchoInt | result number | error Failed to invoke 'X'.",
  ],
  [
    '{"type":3,"invocationId":"1","result":1.5}',
    '{"type":3,"invocationId":"1","result":1.6}',
    'json-calls | EchoInt | result number …digit | …digit',
  ],
  ['{"type":6}', 'closed 1000 ""', 'json-calls |  | {"type":#} | closed # ""'],
])('%s and %s', (expected, actual, kind) => {
  expect(findDifference(example, [expected], [actual])?.kind).toBe(kind);
});

test('the first of several differences counts, also if lines are missing', () => {
  expect(findDifference(example, ['a', 'b'], ['a'])).toMatchObject({
    expected: 'b',
    actual: '(nothing more)',
  });
});
