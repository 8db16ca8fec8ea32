import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { lessonFolder } from './sections.ts';

// A test of lesson 6 compiles this file.
const source = readFileSync(
  join(lessonFolder(6) ?? '', 'lab/dotnet/Program.cs'),
  'utf8',
).replaceAll('\r\n', '\n');

test.each([3, 4, 5, 6])('the C# in the README of lesson %i is a part of Program.cs', (number) => {
  const readme = readFileSync(join(lessonFolder(number) ?? '', 'README.md'), 'utf8');
  const blocks = [...readme.replaceAll('\r\n', '\n').matchAll(/^```csharp\n([^]*?)^```$/gm)];
  const texts = blocks.map(([, text = '']) => text);
  expect(texts.length).toBeGreaterThan(0);
  expect(texts.filter((text) => !source.includes(text))).toEqual([]);
});
