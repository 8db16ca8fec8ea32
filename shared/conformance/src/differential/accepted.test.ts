import { expect, test } from 'vitest';
import type { Case } from './case.ts';
import { createRecord } from './messages/neutral-message.ts';
import { findAccepted } from './run-cases.ts';

function find(kind: string, ...args: string[]): string | undefined {
  const records = [createRecord('json', { type: 1, id: '1', target: 'JoinGroup', args })];
  const test: Case = {
    seed: 1,
    index: 1,
    grammar: 'delivery',
    protocol: 'json',
    hub: '/delivery',
    calls: {},
    steps: [{ records }],
  };
  return findAccepted({ test, difference: { expected: '', actual: '', kind } })?.reason;
}
const kind =
  "delivery | JoinGroup | result null | error An unexpected error occurred invoking 'X' on the server.";

test('a difference is accepted only if its kind and the input of its case match', () => {
  expect(find(kind, '')).toContain('Empty names');
  expect(find(kind, 'g')).toBeUndefined();
  expect(find('delivery | JoinGroup | result null | result string', '')).toBeUndefined();
});
