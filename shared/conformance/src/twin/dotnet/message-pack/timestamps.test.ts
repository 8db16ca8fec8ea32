import { expect, test } from 'vitest';
import { readTimestamp, writeTimestamp } from './timestamps.ts';

// All expected values are answers of ASP.NET Core. The type (0xff) is not part of the content.
test.each([
  ['00000001', 'd6ff00000001'],
  ['1d6f32f000000000', 'd7ff1d6f32f000000000'],
  ['ee6b27ffffffffff', 'd7ffee6b2673ffffffff'],
  ['ffffffff00000001', 'd7ff1194d7a300000002'],
  ['3b9aca0000000000ffffffff', 'd7ff0000000100000000'],
  ['00000001fffffff1886e0900', 'c70cff00000000fffffff1886e0900'],
  ['000000000000003afff4417f', 'c70cff000000000000003afff4417f'],
])('the timestamp %s is written as %s', (content, written) => {
  const ticks = readTimestamp(Buffer.from(content, 'hex'));
  expect(ticks).toBeDefined();
  expect(Buffer.from(writeTimestamp(ticks as bigint)).toString('hex')).toBe(written);
});

test.each(['', '0001', '00000001fffffff1886e08ff', '000000000000003afff44180'])(
  'the timestamp %j is refused',
  (content) => {
    expect(readTimestamp(Buffer.from(content, 'hex'))).toBeUndefined();
  },
);
