import { expect, test } from 'vitest';
import { hostOfEnvironment } from './host-of-environment.ts';

test('a lesson listens on 127.0.0.1 unless HOST is an IP address', () => {
  expect(
    [undefined, '', 'my-laptop', '0.0.0.0', '::'].map((text) => hostOfEnvironment(text)),
  ).toEqual([hostOfEnvironment(''), '127.0.0.1', '127.0.0.1', '0.0.0.0', '::']);
});
