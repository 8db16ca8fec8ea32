import { expect, test } from 'vitest';
import { errors } from '../errors.ts';
import { instanceElsewhere } from './instance-elsewhere.ts';

test('an instance has the address that stands at its number; without addresses it is started here', () => {
  const text = 'http://one:4171/, http://two:4172';
  expect(instanceElsewhere('instance 1', text)).toMatchObject({
    name: 'instance 1',
    url: 'http://one:4171',
  });
  expect(instanceElsewhere('instance 2', text)?.url).toBe('http://two:4172');
  expect(instanceElsewhere('instance 1', '')).toBeUndefined();
});

test('an address that is missing or none is told', () => {
  for (const text of ['http://one:4171', 'http://one:4171,two'])
    expect(() => instanceElsewhere('instance 2', text)).toThrow(
      errors.instanceAddressMissing('instance 2', text),
    );
});
