import type { Element } from 'hast';
import { toHtml } from 'hast-util-to-html';
import { h } from 'hastscript';
import { changedLines, type FileDiff } from '../lessons/lesson-diff.ts';
import { lessonFolder, sections } from '../lessons/sections.ts';
import type { DiffChoice } from './diff-choice.ts';

/** What a page of the viewer is made of. */
export interface DiffFrame {
  readonly title: string;
  /** What stands in the bar beside the title. */
  readonly bar?: readonly Element[];
  /** Links to other comparisons. */
  readonly links?: readonly Element[];
  readonly main: Element;
}

/** A page of the viewer as HTML. It is made of nodes, so that every text in it is escaped. */
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
      h('link', { rel: 'stylesheet', href: `${base}/code-colours.css` }),
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
  // What is not escaped is the Markdown of a reason, and that has escaped its own.
  return toHtml(
    { type: 'root', children: [{ type: 'doctype' }, page] },
    { allowDangerousHtml: true },
  );
}

/** Compares any two lessons, at first those of `path`; a plain form, so that it works without a script. */
export function chooser({ base, lessons }: DiffChoice, path = ''): Element {
  const there = sections.filter(({ number }) => lessonFolder(number, lessons) !== undefined);
  const [from, to] = path
    .split('/')
    .map((text) => there.find(({ number }) => String(number) === text)?.number);
  const select = (name: string, label: string, chosen: number | undefined): Element =>
    h('label.row', [
      `${label} `,
      h(
        'select',
        { name },
        there.map(({ number, title }) =>
          h('option', { value: number, selected: number === chosen }, `${number} ${title}`),
        ),
      ),
    ]);
  return h('form.row', { action: base, ariaLabel: 'Any two lessons' }, [
    select('from', 'Compare', from ?? there.at(0)?.number),
    select('to', 'with', to ?? there.at(-1)?.number),
    h('button.primary', 'Show'),
  ]);
}

/** Lines added and removed, by sign and colour. */
export function lineCounts(files: readonly FileDiff[]): Element {
  const added = files.reduce((sum, diff) => sum + diff.added, 0);
  return h('span.counts', [
    h('span.plus', `+${added}`),
    ' ',
    h('span.minus', `−${changedLines(files) - added}`),
  ]);
}
