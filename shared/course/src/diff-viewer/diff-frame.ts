import type { Element } from 'hast';
import { toHtml } from 'hast-util-to-html';
import { h } from 'hastscript';
import { changedLines, type FileDiff } from '../lessons/lesson-diff.ts';
import { lessonFolder, sections } from '../lessons/sections.ts';
import type { DiffChoice } from './diff-choice.ts';

/** The parts of a page of the viewer. */
export interface DiffFrame {
  readonly title: string;
  /** The content of the bar at the top, without the links. */
  readonly bar?: readonly Element[];
  /** Links to other comparisons. */
  readonly links?: readonly Element[];
  readonly main: Element;
}

/** Returns a page of the viewer as HTML. It consists of nodes, so that every text is escaped. */
export function diffFrame(
  { base }: DiffChoice,
  { title, bar = [], links = [], main }: DiffFrame,
): string {
  const page = h('html', { lang: 'en' }, [
    h('head', [
      h('meta', { charSet: 'utf-8' }),
      h('meta', { name: 'viewport', content: 'width=device-width, initial-scale=1' }),
      h('title', `${title} · Practical SignalR for Node`),
      h('link', { rel: 'icon', href: 'data:,' }),
      h('link', { rel: 'stylesheet', href: `${base}/style.css` }),
      h('link', { rel: 'stylesheet', href: `${base}/code-colors.css` }),
      h('link', { rel: 'stylesheet', href: `${base}/diff.css` }),
      h('script', { type: 'module', src: `${base}/diff.js` }),
    ]),
    h('body', [
      h('header.bar', [
        ...bar,
        h('nav', { ariaLabel: 'Course' }, [
          ...links,
          h('a', { href: base }, 'All steps'),
          h('a', { href: '/' }, 'Course'),
        ]),
      ]),
      main,
    ]),
  ]);
  // Only the Markdown of a reason is raw HTML, and its renderer has escaped it.
  return toHtml(
    { type: 'root', children: [{ type: 'doctype' }, page] },
    { allowDangerousHtml: true },
  );
}

/**
 * Returns a form that compares any two lessons. It is a plain form, so that it works without a
 * script.
 */
export function chooser({ base, lessons }: DiffChoice, path = ''): Element {
  const existing = sections.filter(({ number }) => lessonFolder(number, lessons) !== undefined);
  const [from, to] = path
    .split('/')
    .map((text) => existing.find(({ number }) => String(number) === text)?.number);
  const select = (name: string, label: string, chosen: number | undefined): Element =>
    h('label.row', [
      `${label} `,
      h(
        'select',
        { name },
        existing.map(({ number, title }) =>
          h('option', { value: number, selected: number === chosen }, `${number} ${title}`),
        ),
      ),
    ]);
  return h('form.row', { action: base, ariaLabel: 'Any two lessons' }, [
    select('from', 'Compare', from ?? existing.at(0)?.number),
    select('to', 'with', to ?? existing.at(-1)?.number),
    h('button.primary', 'Show'),
  ]);
}

/** Returns the numbers of added and removed lines, with a sign and a color. Zero is left out. */
export function lineCounts(files: readonly FileDiff[]): Element {
  const added = files.reduce((sum, diff) => sum + diff.added, 0);
  const removed = changedLines(files) - added;
  const counts = [h('span.plus', `+${added}`), h('span.minus', `−${removed}`)];
  const shown = counts.filter((_count, index) => [added, removed][index] !== 0);
  return h(
    'span.counts',
    shown.flatMap((count) => [count, ' ']),
  );
}
