import { list, map, record } from './collections.ts';
import { double, int } from './numbers.ts';
import { binaryMember, bool, color, guid, text } from './scalars.ts';
import type { Schema } from './schema.ts';

import { dateTime, defaultDateTime } from './times.ts';
import { Color, Double } from './values.ts';

export { anything, cancellationToken } from './anything.ts';
export { list, map, nullable } from './collections.ts';
export { decimal, double, float, int, long, ulong } from './numbers.ts';
export { type Schema, streamItem } from './schema.ts';
export { plainValue } from './plain-value.ts';
export { bool, bytes, color, guid, text } from './scalars.ts';
export { dateTime, dateTimeOffset, timeSpan } from './times.ts';

export const person: Schema = record('Person', () => ({
  name: [text, null],
  age: [int, 0],
  active: [bool, false],
  tags: [list(text), null],
  child: [person, null],
}));

export const mixed: Schema = record('Mixed', () => ({
  number: [int, 0],
  real: [double, new Double(0)],
  color: [color, new Color(0)],
  when: [dateTime, defaultDateTime],
  id: [guid, '00000000-0000-0000-0000-000000000000'],
  blob: [binaryMember, null],
  counts: [map(int), null],
}));
