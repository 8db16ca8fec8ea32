import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { lessonFolder } from './sections.ts';

/** Reads the C# server of a lesson's lab. The tests of these lessons compile it. */
function readProgram(number: number): string {
  const file = join(lessonFolder(number) ?? '', 'lab/dotnet/Program.cs');
  return readFileSync(file, 'utf8').replaceAll('\r\n', '\n');
}

test.each([
  [3, 6],
  [4, 6],
  [5, 6],
  [6, 6],
  [7, 7],
  [8, 8],
])('the C# in the README of lesson %i is a part of Program.cs of lesson %i', (number, program) => {
  const source = readProgram(program);
  const readme = readFileSync(join(lessonFolder(number) ?? '', 'README.md'), 'utf8');
  const blocks = [...readme.replaceAll('\r\n', '\n').matchAll(/^```csharp\n([^]*?)^```$/gm)];
  const texts = blocks.map(([, text = '']) => text);
  expect(texts.length).toBeGreaterThan(0);
  expect(texts.filter((text) => !source.includes(text))).toEqual([]);
});
