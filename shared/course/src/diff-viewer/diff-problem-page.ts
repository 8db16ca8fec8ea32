import { h } from 'hastscript';
import type { Comparison } from '../lessons/comparison.ts';
import { type DiffChoice, diffHref } from './diff-choice.ts';
import { chooser, diffFrame } from './diff-frame.ts';

/** Returns a page for an address without a comparison: the problem, and links to what exists. */
export function diffProblemPage(
  problem: string,
  choice: DiffChoice,
  comparison?: Comparison,
): string {
  const link = (path: string, file: string | undefined, text: string) =>
    h('a', { href: diffHref(path, { ...choice, file }) }, text);
  const files =
    comparison === undefined
      ? []
      : [
          h('p', [link(comparison.path, undefined, `All changes: ${comparison.title}`)]),
          h(
            'ul.files',
            comparison.files.map(({ file }) => h('li', [link(comparison.path, file, file)])),
          ),
        ];
  return diffFrame(choice, {
    title: 'Nothing to compare',
    bar: [h('h1', 'Nothing to compare')],
    main: h('main.page.single', [
      h('section.card', [
        h('p', [h('span.badge.warn', problem)]),
        ...files,
        h('p', [h('a', { href: choice.base }, 'All steps of the course')]),
        chooser(choice, comparison?.path),
      ]),
    ]),
  });
}
