import { expect, test } from 'vitest';
import { hostOfEnvironment } from './host-of-environment.ts';

test('nobody else reaches a lesson unless HOST is an address; the name that a shell keeps there is none', () => {
  expect(
    [undefined, '', 'my-laptop', '0.0.0.0', '::'].map((text) => hostOfEnvironment(text)),
  ).toEqual([hostOfEnvironment(''), '127.0.0.1', '127.0.0.1', '0.0.0.0', '::']);
});
