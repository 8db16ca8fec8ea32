import { readdirSync } from 'node:fs';
import { cpuTimeOfNode } from '@practical-signalr/lesson-kit/testing';
import { describe, expect, test } from 'vitest';
import { buildDeck, parseDeck } from './deck.ts';
import { deckNames } from './deck-names.ts';

test('there is a title deck and a deck for each section, and all of them build with little CPU time', () => {
  const began = process.cpuUsage();
  const decks = deckNames().map((name) => buildDeck(name));
  const { user, system } = process.cpuUsage(began); // in µs; other processes do not count
  expect((user + system) / 1000).toBeLessThan(100 * cpuTimeOfNode());
  // A lesson that was added to the course can have a deck too.
  expect(decks.slice(0, 9).map(({ name }) => Number(name.slice(0, 2)))).toEqual([
    0, 1, 2, 3, 4, 5, 6, 7, 8,
  ]);
  for (const { name, slides } of decks) {
    expect(slides.length, name).toBeGreaterThanOrEqual(8);
    expect(slides.length, name).toBeLessThanOrEqual(15);
  }
});

test('a deck has the name of its lesson, so that the course home finds it', () => {
  const lessons = readdirSync(new URL('../../lessons/', import.meta.url));
  const named = deckNames().map(
    (name) => lessons.find((lesson) => lesson.startsWith(name.slice(0, 3))) ?? name,
  );
  expect(deckNames()).toEqual(named);
});

describe('a slide', () => {
  const slide = (text: string) =>
    parseDeck('09-test', `# Title\nNote:\nSay it.\n---\n${text}`).slides[1]!;
  const build = (text: string) => slide(`## Two\n${text}\n\nNote:\nSay it.\n`).html;
  const source = 'lessons/03-basics/server/hub.ts';

  test('has a title, content and notes', () => {
    const { title, html, notes } = slide('## Two\nshown *here*\n\nNote:\nsaid `there`\n');
    expect(title).toBe('Two');
    expect(html).toBe('<h2>Two</h2>\n<p>shown <em>here</em></p>\n');
    expect(notes).toBe('<p>said <code>there</code></p>\n');
  });
  test('shows a region of the source, with colors, under the name of its file', () => {
    const html = build(`\`\`\`ts ${source}\nasync sendMessageToAll\n\`\`\``);
    expect(html).toContain(`<figcaption>${source}</figcaption>`);
    expect(html).toContain('<span class="keyword">await</span>');
    expect(html.match(/<span class="" style/g)).toHaveLength(3);
  });
  test('shows a whole file', () => expect(build(`\`\`\`ts ${source}\n\`\`\``)).toContain('import'));
  test('shows how two files differ', () => {
    const html = build(
      '```ts lessons/06-authorization/server/auth-broken.ts lessons/06-authorization/server/auth-fixed.ts\n```',
    );
    expect(html.match(/class="add"/g)).toHaveLength(6);
    expect(html).not.toContain('class="del"');
  });
  test('shows output as it is', () => expect(build('```text\na < b\n```')).toContain('a &#60; b'));

  test.each([
    [
      'a region that is missing',
      `\`\`\`ts ${source}\nasync shout\n\`\`\``,
      `No line of '${source}' contains the region 'async shout'`,
    ],
    [
      'a file that is missing',
      '```ts lessons/gone.ts\nx\n```',
      "The file 'lessons/gone.ts' does not exist.",
    ],
    ['code that is a copy', '```ts\nconst a = 1;\n```', "A block of 'ts' names no file."],
    ['a drawing that is missing', '![x](gone.svg)', "The drawing 'gone.svg' does not exist."],
  ])('does not build with %s, and the message says where', (_what, text, message) => {
    expect(() => build(text)).toThrow(`Deck 09-test, slide 2 (Two): ${message}`);
  });
  test('does not build without notes', () =>
    expect(() => slide('## Two\n')).toThrow('slide 2 (Two): It has no speaker notes.'));
  test('does not build without a heading', () =>
    expect(() => slide('text\nNote:\nx')).toThrow('slide 2: It has no heading.'));
});
