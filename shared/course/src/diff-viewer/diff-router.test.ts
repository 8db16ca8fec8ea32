import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import express from 'express';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { lessonSteps } from '../lessons/lesson-budgets.ts';
import { changedLines, lessonDiff } from '../lessons/lesson-diff.ts';
import { lessonFolder } from '../lessons/sections.ts';
import { diffRouter } from './diff-router.ts';

const servers: Server[] = [];
const folders: string[] = [];

async function serve(lessons?: string): Promise<string> {
  const server = createServer(express().use('/diff', diffRouter(lessons)));
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/diff`;
}

function course(lessons: Record<string, Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), 'course-'));
  folders.push(root);
  for (const [lesson, files] of Object.entries(lessons)) {
    for (const [file, text] of Object.entries({ 'server/main.ts': 'same\n', ...files })) {
      mkdirSync(dirname(join(root, lesson, file)), { recursive: true });
      writeFileSync(join(root, lesson, file), text);
    }
  }
  return root;
}

afterAll(() => {
  servers.forEach((server) => server.close());
  folders.forEach((folder) => rmSync(folder, { recursive: true }));
});

const get = async (url: string): Promise<{ status: number; html: string }> => {
  const response = await fetch(url);
  return { status: response.status, html: await response.text() };
};
/** Returns the files of the cards, in their order. */
const cardsOf = (html: string): string[] =>
  [...html.matchAll(/<(?:section|details) class="card file[^"]*" id="([^"]+)"/g)].map(
    ([, file]) => file ?? '',
  );
const count = (html: string, text: string): number => html.split(text).length - 1;

describe('the lessons of this repository', () => {
  let url: string;
  beforeAll(async () => (url = await serve()));

  const steps = lessonSteps.flatMap((step) => {
    const [before, after] = [lessonFolder(step.from), lessonFolder(step.to)];
    return before === undefined || after === undefined ? [] : [{ ...step, before, after }];
  });

  test.each(steps)(
    '$from to $to: the files and lines that the budget counts, package.json last, in both views',
    async (step) => {
      const changes = lessonDiff(step.before, step.after);
      const lines = changedLines(changes);
      for (const query of ['', '?view=split', '?lines=whole']) {
        const { html } = await get(`${url}/${step.from}/${step.to}${query}`);
        const files = cardsOf(html);
        expect(files.toSorted()).toEqual(changes.map(({ file }) => file).toSorted());
        expect(files.at(-1)).toBe('package.json');
        expect(count(html, '<td class="sign add">') + count(html, '<td class="sign del">')).toBe(
          lines,
        );
        expect(html).toContain(`${lines} changed lines in ${files.length} files`);
        expect(html).toContain(`limit for this step: ${step.lines} lines`);
      }
    },
  );

  test('one file has its own address, and its reason is next to it', async () => {
    const { status, html } = await get(`${url}/5/6?file=server/main.ts`);
    expect(status).toBe(200);
    expect(cardsOf(html)).toEqual(['server/main.ts']);
    expect(html).toMatch(/<h3>Why<\/h3><span class="reason">\S/);
    expect(html).toMatch(/aria-current="page">server\/main\.ts</);
  });

  test('the comparison of the broken and the fixed server shows only the hook', async () => {
    const { html } = await get(`${url}/6/broken-fixed`);
    expect(html).toContain('server/auth-broken.ts → server/auth-fixed.ts');
    expect(html).toContain('onMessageReceived');
    expect(count(html, '<td class="sign del">')).toBe(0);
    expect(count(html, '<td class="sign add">')).toBeGreaterThan(0);
  });

  test('a link to a README shows it, and an unchanged file is reported as identical', async () => {
    expect((await get(`${url}/5/6?file=README.md`)).html).toContain(
      '<section class="card file" id="README.md"',
    );
    const same = await get(`${url}/5/6?file=vite.config.ts`);
    expect([same.status, same.html]).toEqual([
      200,
      expect.stringContaining("'vite.config.ts' is identical in both lessons"),
    ]);
    // The form begins there.
    expect(same.html).toMatch(/<option value="5" selected>.*<option value="6" selected>/s);
  });

  test('the first page lists the steps, and its form compares any two lessons', async () => {
    const { html } = await get(url);
    for (const { from, to } of steps) expect(html).toContain(`<a href="/diff/${from}/${to}">`);
    const response = await fetch(`${url}?from=6&to=3`, { redirect: 'manual' });
    expect([response.status, response.headers.get('location')]).toEqual([303, '/diff/6/3']);
    expect((await get(`${url}/6/3`)).status).toBe(200);
    expect((await get(`${url}/3/3`)).html).toContain('Nothing differs.');
  });

  test.each([
    '/0/1',
    '/5/9',
    '/05/6',
    '/5/x',
    '/5/-1',
    '/1e0/2',
    '/5',
    '/5/6/7',
    '/broken-fixed/6',
    '/5/broken-fixed',
    '/%/6',
  ])('%s answers 404 with links to the steps', async (path) => {
    const { status, html } = await get(url + path);
    expect(status).toBe(404);
    expect(html).toContain('<a href="/diff">All steps of the course</a>');
    expect(html).not.toContain('node_modules');
  });

  test.each([
    '../../../package.json',
    '..%2f..%2f..%2fpackage.json',
    '/etc/passwd',
    'server/../../../../package.json',
    '\0',
    '',
  ])('file=%j answers 404 with the list of files', async (file) => {
    const { status, html } = await get(`${url}/5/6?file=${encodeURIComponent(file)}`);
    expect(status).toBe(404);
    expect(html).toContain('href="/diff/5/6?file=server/main.ts"');
    expect(html).not.toMatch(/"workspaces"|root:/);
  });

  test('a comparison over several steps names the lesson of each reason', async () => {
    const { html } = await get(`${url}/3/5?file=server/main.ts`);
    expect(html).toMatch(/<b>Lesson 4: <\/b>.*<b>Lesson 5: <\/b>/s);
  });

  test('HTML in an address is escaped', async () => {
    const attack = '"><script>alert(1)</script>';
    for (const path of [
      `/5/6?file=${encodeURIComponent(attack)}`,
      `/${encodeURIComponent(attack)}/6`,
      `/5/6?view=${encodeURIComponent(attack)}`,
    ]) {
      expect((await get(url + path)).html).not.toContain('<script>');
    }
  });

  test('the content security policy is strict, and all files of the page are served', async () => {
    const response = await fetch(`${url}/5/6`);
    expect(response.headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; script-src 'self'; style-src 'self'/,
    );
    const html = await response.text();
    const tags = html.match(/<[a-z][^>]*>/g)?.join('') ?? '';
    expect(tags).not.toMatch(/ style=| on[a-z]+=|https?:/);
    for (const file of ['style.css', 'code-colors.css', 'diff.css', 'diff.js'])
      expect((await get(`${url}/${file}`)).status).toBe(200);
  });
});

describe('lessons of another folder', () => {
  test('new, removed, renamed and binary files are shown with their state', async () => {
    const text = Array.from(
      { length: 12 },
      (_, line) => `export const line${line} = ${line};\n`,
    ).join('');
    const url = await serve(
      course({
        '01-a': {
          'client/old-name.ts': text,
          'client/gone.ts': 'x\n',
          'client/exact.ts': `// exact\n${text}`.repeat(3),
        },
        '02-b': {
          'client/new-name.ts': `${text}export const more = 1;\n`,
          'client/moved.ts': `// exact\n${text}`.repeat(3),
          'client/new.html': '<script>alert(1)</script>\n',
          'client/a&b "<b>.ts': 'const a = 1;\n',
          'client/picture.png': 'PNG\0\0',
          'README.md':
            '# B\n\n## What changed since the last lesson\n\n- `client/new.html`: <img src=x onerror=alert(1)>\n',
        },
      }),
    );
    const { status, html } = await get(`${url}/1/2`);
    expect(status).toBe(200);
    expect(html).toContain('client/old-name.ts → client/new-name.ts');
    expect(html).toContain('client/exact.ts → client/moved.ts');
    expect(html).toContain('Only its name has changed.');
    const badges = [
      ...html.matchAll(
        /<(?:section|details) class="card file[^"]*" id="([^"]+)".*?<span class="badge \w+">(\w+)</g,
      ),
    ];
    expect(Object.fromEntries(badges.map(([, file, state]) => [file, state]))).toMatchObject({
      'client/new-name.ts': 'renamed',
      'client/moved.ts': 'renamed',
      'client/gone.ts': 'removed',
      'client/new.html': 'new',
    });
    expect(html.replaceAll(/="[^"]*"/g, '')).not.toMatch(/<script>|<img|<b>\.ts|\0/);
    expect(html).toContain('a binary file');
    const odd = await get(`${url}/1/2?file=${encodeURIComponent('client/a&b "<b>.ts')}`);
    expect([odd.status, cardsOf(odd.html).length]).toEqual([200, 1]);
    expect((await get(`${url}/1/2?file=client/old-name.ts`)).html).toContain('client/new-name.ts');
  });

  describe('with a lab and reasons', () => {
    let url: string;
    beforeAll(async () => {
      const reasons = [
        '- `server/auth.ts`: reads the token',
        '- `client/main.ts`: sends the token',
        '- `contract.ts`: **The idea** in types',
        '- `lab/`: matrix and expiry',
      ];
      const goal = '# Auth\n\n**Goal.** Read the `token`.\n';
      const changed = `\n## What changed since the last lesson\n\n${reasons.join('\n')}\n`;
      url = await serve(
        course({
          '05-a': { 'lab/main.ts': 'a\n', 'README.md': '# Context\n' },
          '06-b': {
            'README.md': `${goal}${changed}`,
            'client/index.html':
              '<code-excerpt file="server/auth.ts" from="token"></code-excerpt>\n',
            'client/main.ts': 'token\n',
            'contract.ts': 'token\n',
            'lab/main.ts': 'a\nb\n',
            'package.json': '{}\n',
            'server/auth.ts': 'token\n',
            'server/extra.ts': 'extra\n',
          },
        }),
      );
    });
    const order = [
      'server/auth.ts',
      'client/main.ts',
      'contract.ts',
      'client/index.html',
      'server/extra.ts',
      'package.json',
    ];

    test('the goal is the heading, and the files have the order of the README', async () => {
      const { html } = await get(`${url}/5/6`);
      expect(html).toContain('<h1>From Context to Auth</h1>');
      expect(html).toContain('<h2 class="headline">Read the <code>token</code>.</h2>');
      expect(html).toContain('6 changed lines in 6 files');
      expect(cardsOf(html)).toEqual(order);
      const list = html.match(/<nav class="card files".*?<\/nav>/s)?.[0] ?? '';
      expect([...list.matchAll(/<a href="#([^"]+)"/g)].map(([, file]) => file)).toEqual(order);
    });

    test('the files of the idea are open, the others are folded with a visible reason', async () => {
      const { html } = await get(`${url}/5/6`);
      const open = [...html.matchAll(/<section class="card file" id="([^"]+)"/g)];
      expect(open.map(([, file]) => file)).toEqual(['server/auth.ts', 'contract.ts']);
      expect(html).toMatch(/<summary><h2>client\/main\.ts<\/h2>.*?sends the token.*?<\/summary>/);
    });

    test('a bar marks the lines that the page of the lesson shows as an excerpt', async () => {
      const { html } = await get(`${url}/5/6`);
      expect(html.match(/<td class="text add key">/g)).toHaveLength(1);
      expect(html).toContain('marks the lines of the idea.');
    });

    test('the lab is one folded line with its counts, and lab=show lists its files', async () => {
      const { html } = await get(`${url}/5/6`);
      expect(html).toMatch(
        /<details class="labline"><summary>.*?matrix and expiry.*?1 file .*?\+1/,
      );
      expect(html).toContain('href="/diff/5/6?lab=show"');
      expect(html).not.toContain('lab/main.ts');
      const shown = await get(`${url}/5/6?lab=show`);
      expect(cardsOf(shown.html)).toEqual([...order, 'lab/main.ts']);
      expect(shown.html).toContain('<details class="labline" open>');
    });

    test('a link to a file of the lab shows it', async () => {
      const { html } = await get(`${url}/5/6?file=lab/main.ts`);
      expect(cardsOf(html)).toEqual(['lab/main.ts']);
      expect(html).toMatch(/aria-current="page">lab\/main\.ts</);
    });
  });

  test('a lesson with a syntax error or without a README is compared, and an edit appears', async () => {
    const lessons = course({ '03-a': {}, '04-b': { 'server/main.ts': 'export class { ((( `\n' } });
    const url = await serve(lessons);
    expect((await get(`${url}/3/4`)).html).toContain('export');
    writeFileSync(join(lessons, '04-b/server/main.ts'), 'edited\n');
    expect((await get(`${url}/3/4`)).html).toContain('edited');
  });

  test('without lesson 6 or its two files, broken-fixed answers 404 with the reason', async () => {
    const none = await serve(course({ '01-a': {} }));
    expect((await get(none)).status).toBe(200);
    expect((await get(`${none}/6/broken-fixed`)).html).toContain('Lesson 6 is in preparation.');
    const other = course({ '06-a': {} });
    const url = await serve(other);
    expect((await get(url)).status).toBe(200);
    const { status, html } = await get(`${url}/6/broken-fixed`);
    expect([status, html]).toEqual([404, expect.stringContaining('nothing to compare')]);
    cpSync(join(lessonFolder(6) ?? '', 'server'), join(other, '06-a/server'), { recursive: true });
    expect((await get(`${url}/6/broken-fixed`)).status).toBe(200);
  });
});
