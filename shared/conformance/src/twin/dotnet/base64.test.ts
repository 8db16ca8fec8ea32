import { expect, test } from 'vitest';
import { readBase64 } from './base64.ts';

// All expected values are answers of ASP.NET Core.
test.each([
  ['', ''],
  ['AQI=', '0102'],
  ['\tAQ==', '01'],
  ['Au00 51A=', '02ed34e7 50'],
])('%j is base64', (text, hex) => {
  expect(readBase64(text)).toEqual(Buffer.from(hex.replace(' ', ''), 'hex'));
});

test.each(['AQ', 'AQ=', 'AQJ=', '+u2f==', 'A_==', 'A-==', '*'])('%j is not base64', (text) => {
  expect(readBase64(text)).toBeUndefined();
});
