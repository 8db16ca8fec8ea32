import { expect, test } from 'vitest';
import { JsonTokenReader } from './json-token-reader.ts';

/** Reads all tokens, and returns their types, or the message of the error. */
function readAll(text: string): string {
  const reader = new JsonTokenReader(text);
  const types: string[] = [];
  try {
    for (let i = 0; i <= text.length; i++) types.push(reader.read());
  } catch (error) {
    return (error as Error).message;
  }
  // At the end of the text, the reader stays at the last token.
  while (types.length > 1 && types.at(-1) === types.at(-2)) types.pop();
  return types.join(' ');
}

const endOfString = 'Expected end of string, but instead reached end of data.';
const endOfDigits = "Expected a digit ('0'-'9'), but instead reached end of data.";
const startMissing = 'Expected start of a property name or value, but instead reached end of data.';

test.each([
  ['{"a":[1,true,null,"x"]}', 'StartObject PropertyName StartArray Number True Null String'],
  ['  7 ', 'Number'],
  ['{}', 'StartObject EndObject'],
])('the tokens of %s are read in order', (text, types) => {
  expect(readAll(text)).toContain(types);
});

test.each([
  ['', 'The input does not contain any JSON tokens.'],
  ['-', endOfDigits],
  ['1.', endOfDigits],
  ['1e', endOfDigits],
  ['1e+', endOfDigits],
  ['"a', endOfString],
  ['"a\\', endOfString],
  ['"\\u', endOfString],
  ['"\\u12', endOfString],
  ['{"a"', 'Expected a value, but instead reached end of data.'],
  ['[1,', startMissing],
  ['[1, \n', startMissing],
  ['[1', "'1' is an invalid end of a number. Expected a delimiter."],
  ['[true', 'Expected depth to be zero at the end of the JSON payload.'],
  ['{"a":{}', 'Expected depth to be zero at the end of the JSON payload.'],
  ['1 2', "'2' is invalid after a single JSON value. Expected end of data."],
  ['{} x', "'x' is invalid after a single JSON value. Expected end of data."],
])('the text %j ends too early or too late, with the error of .NET', (text, message) => {
  expect(readAll(text)).toContain(message);
});

test('an error names the line and the byte', () => {
  expect(readAll('[\n"ä", x')).toContain('LineNumber: 1 | BytePositionInLine: 6.');
});
