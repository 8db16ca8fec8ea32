import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { httpStatus, webSocketUpgrade as upgrade } from '../testing/http-status.ts';
import { type RunningLesson, startLesson } from '../testing/start-lesson.ts';

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const cache = join(root, 'node_modules/.cache');
mkdirSync(cache, { recursive: true });
const parent = mkdtempSync(join(cache, 'course-'));
const folder = join(parent, 'lessons/03-fixture');
afterAll(() => rmSync(parent, { recursive: true, force: true }));

const page = (bar: string): string =>
  `<!doctype html><html lang="en"><head><title>Page</title><script type="module" src="main.ts"></script></head><body>${bar}<code-excerpt file="contract.ts"></code-excerpt></body></html>`;

const files = {
  'README.md': '# Lesson 3: Fixture\n',
  'contract.ts': 'export const fact: string = "from the contract";\n',
  'client/index.html': page('<lesson-bar></lesson-bar>'),
  'client/main.ts': "import { fact } from '../contract.ts';\ndocument.title = fact;\n",
  'lab/index.html': page('<lesson-bar lab state="none"></lesson-bar>'),
  'lab/server/map-lab.ts': 'export const mapLab = (): void => undefined;\n',
  'lab/main.ts': "import { fact } from '../contract.ts';\ndocument.title = `lab ${fact}`;\n",
};

beforeAll(() => {
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  }
  for (const file of ['server', 'vite.config.ts', 'package.json']) {
    cpSync(join(root, 'lessons/03-basics', file), join(folder, file), { recursive: true });
  }
  cpSync(join(root, 'lessons/03-basics/contract.ts'), join(folder, 'contract.ts'));
  writeFileSync(join(folder, 'contract.ts'), files['contract.ts'], { flag: 'a' });
});

/** Returns the status of a negotiation, or of an upgrade, with these headers. */
const statusOf = (port: number, headers: Record<string, string>): Promise<number | undefined> =>
  'upgrade' in headers
    ? httpStatus({ port, headers, path: '/messages' })
    : httpStatus({ port, headers, path: '/messages/negotiate?negotiateVersion=1', method: 'POST' });

describe.each([
  ['in development', false],
  ['in production', true],
])('a lesson %s', (_name, production) => {
  let lesson: RunningLesson;
  beforeAll(async () => {
    lesson = await startLesson(folder, { production, ...(production && { port: 0 }) });
  }, 60_000);
  afterAll(() => lesson?.stop());

  test.each([
    ['/', '<a href="/lab/">Lab</a>'],
    ['/lab/', '<a href="/">Lesson</a>'],
    ['/lab', '<a href="/">Lesson</a>'],
  ])('the page at %s has its bar, its excerpt and its script', async (path, link) => {
    const html = await (await fetch(lesson.url + path)).text();
    expect(html).toContain(link);
    expect(html).toContain('<figure class="excerpt">');
    const isLab = path.startsWith('/lab');
    const base = new URL(isLab ? '/lab/' : '/', lesson.url);
    const scripts = [...html.matchAll(/<script[^>]* src="([^"]+)"/g)].map(([, source]) => source!);
    const texts = await Promise.all(
      scripts.map(async (source) => (await fetch(new URL(source, base))).text()),
    );
    expect(texts.join('\n').includes('lab ')).toBe(isLab);
    expect(texts.join('\n')).toContain('document.title');
  });

  test('a foreign host or origin can neither negotiate nor open a WebSocket', async () => {
    const host = `localhost:${lesson.port}`;
    const foreign = [
      { host: 'evil.example' },
      { host, origin: 'http://evil.example' },
      { host, origin: 'http://localhost:1' },
    ];
    for (const headers of foreign) {
      expect(await statusOf(lesson.port, headers)).toBe(403);
      expect(await statusOf(lesson.port, { ...headers, ...upgrade })).toBe(403);
    }
    const own = { host, origin: `http://${host}` };
    expect(await statusOf(lesson.port, own)).toBe(200);
    expect(await statusOf(lesson.port, { ...own, ...upgrade })).toBe(101);
  });
});
