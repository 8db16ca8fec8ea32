import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import MarkdownIt from 'markdown-it';
import { expect, test } from 'vitest';
import { docsFolder } from './build-site.ts';
import { readPages } from './pages.ts';
import { sidebar } from './sidebar.ts';
import { slugOf } from './slug.ts';

const root = join(docsFolder, '../..');
const parser = new MarkdownIt();

/**
 * The README of the repository and of each package, and all pages, by their path in the repository.
 */
const texts = new Map<string, string>(
  readPages().map(({ file, text }) => [`shared/docs/${file}`, text]),
);
for (const folder of ['', ...readdirSync(join(root, 'shared')).map((name) => `shared/${name}`)]) {
  const file = posix.join(folder, 'README.md');
  if (existsSync(join(root, file))) texts.set(file, readFileSync(join(root, file), 'utf8'));
}

/** Returns the targets of the links and pictures of a page. Code is not searched. */
function linksOf(text: string): string[] {
  const inlines = parser.parse(text, {}).flatMap(({ children }) => children ?? []);
  return inlines.flatMap((token) =>
    [token.attrGet('href'), token.attrGet('src')].filter((link) => typeof link === 'string'),
  );
}

const anchors = new Map<string, ReadonlySet<string>>();

/** Returns the anchors of a file: of its headings, and of its elements with an id. */
function anchorsOf(file: string): ReadonlySet<string> {
  const known = anchors.get(file);
  if (known !== undefined) return known;
  const text = readFileSync(join(root, file), 'utf8');
  const tokens = parser.parse(text, {});
  const found = new Set([...text.matchAll(/<a id="([^"]+)">/g)].map(([, id]) => id as string));
  tokens.forEach(({ type }, i) => {
    if (type !== 'heading_open') return;
    const parts = tokens[i + 1]?.children ?? [];
    found.add(slugOf(parts.map(({ content }) => content).join('')));
  });
  anchors.set(file, found);
  return found;
}

test.each([...texts])('every link of %s leads to a file and a heading that exist', (file, text) => {
  const broken = linksOf(text).filter((link) => {
    if (/^(https?|mailto):/.test(link)) return false;
    const [path = '', anchor] = link.split('#');
    const target = path === '' ? file : posix.join(dirname(file), path);
    if (!existsSync(join(root, target))) return true;
    if (anchor === undefined) return false;
    return !anchorsOf(target).has(anchor);
  });
  expect(broken).toEqual([]);
});

test('links to other hosts are complete addresses with https', () => {
  const external = [...texts.values()].flatMap(linksOf).filter((link) => /^\w+:/.test(link));
  expect(external.filter((link) => !URL.canParse(link))).toEqual([]);
  expect(external.filter((link) => !link.startsWith('https://'))).toEqual([]);
});

test('links of pages name files, not folders, except the folders of lessons', () => {
  const folders = [...texts].flatMap(([file, text]) =>
    linksOf(text).filter((link) => {
      const [path = ''] = link.split('#');
      if (/^\w+:/.test(link) || path === '' || !file.startsWith('shared/docs/')) return false;
      return statSync(join(root, dirname(file), path)).isDirectory() && !path.includes('/lessons/');
    }),
  );
  expect(folders).toEqual([]);
});

test('the navigation has every page once, and no other', () => {
  const listed = sidebar.flatMap(({ pages }) =>
    pages.map(([, address]) => `${address.slice(1).replace(/\/$/, '/README')}.md`),
  );
  const files = readPages().map(({ file }) => file);
  expect(listed.toSorted()).toEqual(files.filter((file) => file !== 'README.md').toSorted());
});

test('the start page lists every guide, reference and explanation', () => {
  const listed = new Set(linksOf(texts.get('shared/docs/README.md') ?? ''));
  const missing = readPages().filter(
    ({ file }) => /^(guides|reference|explanation)\/[^/]+$/.test(file) && !listed.has(file),
  );
  expect(missing.map(({ file }) => file)).toEqual([]);
});

test('every page starts with its title and a sentence', () => {
  const others = readPages().filter(
    ({ file, text }) => !file.startsWith('reference/api/') && !/^# \S.*\n\n[A-Z`*[]/.test(text),
  );
  expect(others.map(({ file }) => file)).toEqual([]);
});

test('every command of the repository that a page names exists', () => {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  const named = [...texts.values()].flatMap((text) => [...text.matchAll(/npm run ([\w:-]+)/g)]);
  expect(named.length).toBeGreaterThan(20);
  expect(named.map(([, name]) => name).filter((name = '') => !(name in scripts))).toEqual([]);
});
