import { expect, test } from 'vitest';
import { ArgumentException } from '../errors.ts';
import { dotnetJson } from './json-serializer.ts';
import { dotnetMessagePack } from '../message-pack/message-pack-serializer.ts';
import { Float } from '../values.ts';

// The expected texts are answers of ASP.NET Core.
test.each([
  ['\u00ad\u200b\u202a', '"\u00ad\u200b\u202a"'],
  ['\u0085\u00a0\u3000\u2028', String.raw`"\u0085\u00A0\u3000\u2028"`],
  ['\ue000\u0378\ufeff', String.raw`"\uE000\u0378\uFEFF"`],
  ['\u{1f600}\ud800', String.raw`"\uD83D\uDE00\uD800"`],
  ['a "\n\u007f', String.raw`"a \"\n\u007F"`],
])('the string %j is written as %s', (text, json) => {
  expect(dotnetJson.stringify(text)).toBe(json);
});

test.each([
  [1e16, '10000000000000000'],
  [1e17, '1E+17'],
  [1.2345678901234568e17, '1.2345678901234568E+17'],
  [0.0001, '0.0001'],
  [0.00001, '1E-05'],
  [-0, '-0'],
])('the number %d is written as %s', (number, json) => {
  expect(dotnetJson.stringify(number)).toBe(json);
});

test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
  '%d is refused, because JSON has no such number',
  (number) => {
    expect(() => dotnetJson.stringify([number])).toThrow(ArgumentException);
  },
);

test.each([
  [0.3, '0.3'],
  [0.123456789, '0.12345679'],
  [123456.79, '123456.79'],
  [16777216, '16777216'],
  [1e8, '100000000'],
  [1e10, '1E+10'],
  [3.4e38, '3.4E+38'],
])('the float %d is written as %s, and in five bytes of MessagePack', (number, json) => {
  expect(dotnetJson.stringify(new Float(number))).toBe(json);
  expect([...dotnetMessagePack.encode(new Float(number))]).toMatchObject({ 0: 0xca, length: 5 });
});
