import { expect, test } from 'vitest';
import { HubError } from '../../hub-error.ts';
import { errorText } from './error-text.ts';

test.each<[unknown, boolean, string]>([
  [new HubError('full'), false, 'It failed. HubException: full'],
  [new TypeError('secret'), false, 'It failed.'],
  [new TypeError('secret'), true, 'It failed. TypeError: secret'],
  ['secret', false, 'It failed.'],
  ['a string', true, 'It failed. Error: a string'],
  [undefined, true, 'It failed. Error: undefined'],
])('the text of %s with detailed errors %s is %s', (error, hasDetailedErrors, text) => {
  expect(errorText('It failed.', error, hasDetailedErrors)).toBe(text);
});
