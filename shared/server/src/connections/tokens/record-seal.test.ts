import { createSecretKey, randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { RecordSeal } from './record-seal.ts';

const newKey = () => createSecretKey(randomBytes(32));
const [first, second] = [newKey(), newKey()];
const seal = new RecordSeal([first], '/hub');

test('only the same key, path and purpose open a record', () => {
  const sealed = seal.seal('text', 'record 1');
  expect(seal.open(sealed, 'record 1')).toBe('text');
  expect(seal.open(sealed, 'record 2')).toBeUndefined();
  expect(new RecordSeal([first], '/other').open(sealed, 'record 1')).toBeUndefined();
  expect(new RecordSeal([second], '/hub').open(sealed, 'record 1')).toBeUndefined();
  expect(new RecordSeal([second, first], '/hub').open(sealed, 'record 1')).toBe('text');
});

test('a record cannot be read or changed without the key', () => {
  const sealed = seal.seal('secret message', 'record 1');
  expect(Buffer.from(sealed, 'base64').toString('latin1')).not.toContain('secret');
  for (let i = 0; i < sealed.length; i += 3) {
    const other = sealed[i] === 'A' ? 'B' : 'A';
    const changed = sealed.slice(0, i) + other + sealed.slice(i + 1);
    expect(seal.open(changed, 'record 1')).toBeUndefined();
    expect(seal.open(sealed.slice(0, i), 'record 1')).toBeUndefined();
  }
});
