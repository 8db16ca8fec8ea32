import { expect, test } from 'vitest';
import { createRecord, packInteger } from './neutral-message.ts';
import { writeLength, writePack, writeRecord } from './write-record.ts';

test('records are written with their delimiter, and names are filled in', () => {
  const message = { type: 1, id: '1', target: 'Add', args: [1, '«id»'] };
  expect(writeRecord(createRecord('json', message), { id: 'x' }).toString()).toBe(
    '{"type":1,"invocationId":"1","target":"Add","arguments":[1,"x"]}\u001e',
  );
  expect(writeRecord(createRecord('messagepack', message), { id: 'x' }).toString('hex')).toBe(
    '0e960180a131a34164649201a17890',
  );
});

test.each([
  [0, '00'],
  [-1, 'ff'],
  [200, 'ccc8'],
  [-33, 'd0df'],
  [65536, 'ce00010000'],
  [2n ** 63n, 'cf8000000000000000'],
])('the integer %s is %s', (value, hex) => {
  expect(packInteger(value)).toBe(hex);
});

test('lengths may have another form, or be wrong', () => {
  expect(writePack({ text: 'a', head: '16' }).toString('hex')).toBe('da000161');
  expect(writePack({ array: [], count: 3 }).toString('hex')).toBe('93');
  expect(writeLength(300).toString('hex')).toBe('ac02');
});
