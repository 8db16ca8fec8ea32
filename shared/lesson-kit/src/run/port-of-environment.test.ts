import { expect, test } from 'vitest';
import { errors } from '../errors.ts';
import { portOfEnvironment } from './port-of-environment.ts';

test.each([
  ['4200', 4200],
  ['0', 0],
  ['65535', 65_535],
  ['', 4100],
  [undefined, 4100],
])('PORT=%j is port %i', (text, port) =>
  expect(portOfEnvironment(4100, 'PORT', { PORT: text })).toBe(port),
);

test.each(['abc', '-1', '65536', '41.5', '0x10', ' 80'])('PORT=%j is refused', (text) =>
  expect(() => portOfEnvironment(4100, 'PORT', { PORT: text })).toThrow(
    errors.invalidPort(text, 'PORT'),
  ),
);

test('another variable that is not set has its own default, not the value of PORT', () => {
  const port = portOfEnvironment(4100, 'COURSE_HOME_PORT', { PORT: '4103' });
  expect(port).toBe(4100);
});
