import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { deckNames } from './deck-names.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** The minimum length of a quote. Shorter ones are names that are in many files. */
const SHORTEST = 16;

/**
 * The text that a deck may quote: the source and the READMEs of lessons and packages, as one line.
 */
const files = execFileSync(
  'git',
  [
    'ls-files',
    '--cached',
    '--others',
    '--exclude-standard',
    'README.md',
    'package.json',
    'lessons',
    'shared',
  ],
  {
    cwd: root,
    encoding: 'utf8',
  },
);
const corpus = files
  .split('\n')
  .filter(
    (file) =>
      /\.(ts|md|html|cs|json)$/.test(file) &&
      !/package-lock|recordings|vectors/.test(file) &&
      existsSync(root + file),
  )
  .map((file) => inOneLine(readFileSync(root + file, 'utf8').replaceAll("\\'", "'")))
  .join('\n');

test.each(deckNames())('the quotes of %s are in a lesson or a package', (name) => {
  const text = readFileSync(`${root}slides/decks/${name}.md`, 'utf8');
  const shown = text.replace(/^```ts [^]*?^```$/gm, ''); // The build checks regions.
  const blocks = [...shown.matchAll(/^```\w+\n([^]*?)^```$/gm)].flatMap(([, block = '']) =>
    block.trim().split('\n'),
  );
  const spans = [...shown.replace(/^```[^]*?^```$/gm, '').matchAll(/`([^`]+)`/g)].map(
    ([, span = '']) => span,
  );
  const quotes = [...blocks, ...spans].map(inOneLine).filter((quote) => quote.length >= SHORTEST);
  expect(quotes.filter((quote) => !corpus.includes(quote))).toEqual([]);
});

function inOneLine(text: string): string {
  return text.replace(/\s+/g, ' ');
}
