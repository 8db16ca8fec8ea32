import { expect, test } from 'vitest';
import { createError } from './create-error.ts';

test('an error has its code, its message and its class', () => {
  const error = createError('ERR_SIGNALR_TEST', 'It failed. Try again.', { type: TypeError });
  expect(error).toBeInstanceOf(TypeError);
  expect(error).toMatchObject({
    name: 'TypeError',
    code: 'ERR_SIGNALR_TEST',
    message: 'It failed. Try again.',
  });
});

test('an error keeps its cause, and has no cause if none is given', () => {
  const cause = new Error('The socket closed.');
  expect(createError('ERR_SIGNALR_TEST', 'It failed.', { cause }).cause).toBe(cause);
  expect('cause' in createError('ERR_SIGNALR_TEST', 'It failed.')).toBe(false);
});
