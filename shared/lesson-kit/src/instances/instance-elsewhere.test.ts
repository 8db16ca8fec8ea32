import { expect, test } from 'vitest';
import { errors } from '../errors.ts';
import { instanceElsewhere } from './instance-elsewhere.ts';

test('returns the address at the number of the instance, and undefined without addresses', () => {
  const text = 'http://one:4171/, http://two:4172';
  expect(instanceElsewhere('instance 1', text)).toMatchObject({
    name: 'instance 1',
    url: 'http://one:4171',
  });
  expect(instanceElsewhere('instance 2', text)?.url).toBe('http://two:4172');
  expect(instanceElsewhere('instance 1', '')).toBeUndefined();
});

test('a missing or invalid address is an error', () => {
  for (const text of ['http://one:4171', 'http://one:4171,two'])
    expect(() => instanceElsewhere('instance 2', text)).toThrow(
      errors.instanceAddressMissing('instance 2', text),
    );
});
