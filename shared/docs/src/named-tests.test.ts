import { existsSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import MarkdownIt from 'markdown-it';
import { expect, test } from 'vitest';
import { docsFolder } from './build-site.ts';

const root = join(docsFolder, '../..');
const parser = new MarkdownIt();

/** The pages whose statements name their tests. */
const pages = [
  'reference/guarantees.md',
  'reference/limits.md',
  'explanation/threat-model.md',
  'guides/hardening.md',
  'guides/hosting.md',
];

/** The files that the CI job `hosts` runs. */
const hosts = [
  ...readFileSync(join(root, '.github/workflows/test.yml'), 'utf8').matchAll(
    /command: .* (\S+\.mjs)/g,
  ),
].map(([, file = '']) => file);

interface NamedTest {
  readonly title: string;
  /** The path of its file in the repository. */
  readonly file: string;
}

/** A row of a table, with the text and the tests of each cell. */
interface Row {
  readonly header: readonly string[];
  readonly cells: readonly { readonly text: string; readonly tests: readonly NamedTest[] }[];
}

type Token = ReturnType<typeof parser.parse>[number];

/** Returns the tests that a text links to: the title is the text of the link. */
function testsOf(inline: Token, page: string): NamedTest[] {
  const tests: NamedTest[] = [];
  let open: { file: string; title: string } | undefined;
  for (const token of inline.children ?? []) {
    if (token.type === 'link_open') {
      const href = String(token.attrGet('href'));
      const file = posix.join('shared/docs', posix.dirname(page), href);
      if (/\.(ts|mjs)$/.test(href)) open = { file, title: '' };
    } else if (token.type === 'link_close') {
      if (open !== undefined) tests.push(open);
      open = undefined;
    } else if (open !== undefined) {
      open.title += token.content;
    }
  }
  return tests;
}

/** Returns the tests that a page names, and the rows of its tables. */
function read(page: string): { tests: NamedTest[]; rows: Row[] } {
  const tokens = parser.parse(readFileSync(join(docsFolder, page), 'utf8'), {});
  const inlines = tokens.filter(({ type }) => type === 'inline');
  const rows: Row[] = [];
  let header: string[] = [];
  let cells: Row['cells'][number][] = [];
  for (const [i, token] of tokens.entries()) {
    const inline = tokens[i + 1];
    if (token.type === 'tr_open') cells = [];
    if ((token.type === 'th_open' || token.type === 'td_open') && inline !== undefined)
      cells.push({ text: inline.content, tests: testsOf(inline, page) });
    if (token.type === 'thead_close') header = cells.map(({ text }) => text);
    if (token.type === 'tr_close' && cells.length > 0 && tokens[i + 1]?.type !== 'thead_close')
      rows.push({ header, cells });
  }
  return { tests: inlines.flatMap((inline) => testsOf(inline, page)), rows };
}

/**
 * Returns whether a file has a test, a suite or a case of a suite with this title. A host of the CI
 * job `hosts` is a test itself.
 */
function hasTest({ title, file }: NamedTest): boolean {
  if (!existsSync(join(root, file))) return false;
  if (file.endsWith('.mjs')) return file.endsWith(`/hosts/${title}`) && hosts.includes(title);
  const text = readFileSync(join(root, file), 'utf8').replaceAll("\\'", "'");
  return ["'", '"', '`'].some((quote) =>
    [',', ':'].some((next) => text.includes(`${quote}${title}${quote}${next}`)),
  );
}

test.each(pages)('every test that %s names exists', (page) => {
  const { tests } = read(page);
  expect(tests.length).toBeGreaterThan(10);
  expect(tests.filter((named) => !hasTest(named))).toEqual([]);
});

test.each(pages)('every row of %s with a column "test" names one', (page) => {
  const rows = read(page).rows.filter(({ header }) => header.at(-1) === 'test');
  expect(rows.length).toBeGreaterThan(10);
  const withoutTest = rows.filter(({ cells }) => cells.at(-1)?.tests.length === 0);
  expect(withoutTest.map(({ cells }) => cells[0]?.text)).toEqual([]);
});

test('each limit of the limits page is in a table with a column "test"', () => {
  const limits = read('reference/limits.md').rows.filter(({ header }) =>
    header.includes('beyond the limit'),
  );
  expect(limits.length).toBeGreaterThan(30);
  expect(limits.filter(({ header }) => header.at(-1) !== 'test')).toEqual([]);
});

test('a test that does not exist is found', () => {
  const file = 'shared/docs/src/named-tests.test.ts';
  expect(hasTest({ file, title: 'a test that does not exist is found' })).toBe(true);
  expect(hasTest({ file, title: 'a test that does not' })).toBe(false);
  expect(hasTest({ file: 'shared/docs/src/nothing.test.ts', title: 'x' })).toBe(false);
  const host = 'shared/repository-checks/hosts/express.mjs';
  expect(hasTest({ file: host, title: 'express.mjs' })).toBe(true);
  expect(hasTest({ file: host, title: 'hono.mjs' })).toBe(false);
});
