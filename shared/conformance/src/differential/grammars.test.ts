import { expect, test } from 'vitest';
import { createCase, grammars } from './grammars.ts';
import { writeRecord } from './messages/write-record.ts';

test('a seed generates the same cases on every run, with every grammar', () => {
  const create = () => Array.from({ length: 1500 }, (_, i) => createCase(7, i));
  const cases = create();
  expect(cases).toEqual(create());
  const names = new Set(cases.map(({ grammar }) => grammar));
  expect([...names].sort()).toEqual(grammars.map(({ name }) => name).sort());
});

test('every record of a case can be written', () => {
  for (let i = 0; i < 500; i++) {
    const { steps } = createCase(8, i);
    for (const { records = [] } of steps) for (const record of records) writeRecord(record);
  }
});
