import { h } from 'hastscript';
import type { Comparison } from '../lessons/comparison.ts';
import { type DiffChoice, diffHref } from './diff-choice.ts';
import { chooser, diffFrame, lineCounts } from './diff-frame.ts';

/** A step of the course and its idea. */
export interface DiffStep {
  readonly comparison: Comparison;
  readonly idea: string;
}

/**
 * Returns the first page of the viewer: every step of the course, and a form for any two lessons.
 */
export function diffIndexPage(steps: readonly DiffStep[], choice: DiffChoice): string {
  const rows = steps.map(({ comparison, idea }) =>
    h('tr', [
      h('th', { scope: 'row' }, [
        h('a', { href: diffHref(comparison.path, choice) }, comparison.title),
      ]),
      h('td', idea),
      h('td', String(comparison.files.length)),
      h('td', [lineCounts(comparison.files)]),
    ]),
  );
  return diffFrame(choice, {
    title: 'What changes from lesson to lesson',
    bar: [h('h1', 'What changes from lesson to lesson')],
    main: h('main.page.single', [
      h('section.card', [
        h('p.goal', 'Each lesson adds one idea to the previous lesson. The diff shows this idea.'),
        h('div.scroll', { tabIndex: 0, role: 'region', ariaLabel: 'Steps of the course' }, [
          h('table.outcomes', [
            h('thead', [
              h(
                'tr',
                ['Step', 'Idea', 'Files', 'Lines'].map((text) => h('th', { scope: 'col' }, text)),
              ),
            ]),
            h('tbody', rows),
          ]),
        ]),
        chooser(choice),
      ]),
    ]),
  });
}
