import type { Element, Nodes } from 'hast';
import { h } from 'hastscript';
import { type ChangeReason, reasonHtml } from '../lessons/change-reasons.ts';
import { type Comparison, isIdea, reasonsFor } from '../lessons/comparison.ts';
import type { FileDiff } from '../lessons/lesson-diff.ts';
import type { DiffChoice } from './diff-choice.ts';
import { lineCounts } from './diff-frame.ts';
import { anchor, diffTable } from './diff-table.ts';

/** Returns the address of the same page with some choices changed. */
export type Href = (change: Partial<DiffChoice>) => string;

const badges: Record<FileDiff['state'], string> = {
  new: 'good',
  changed: 'plain',
  renamed: 'warn',
  removed: 'bad',
};

/**
 * Returns the card of one file: its changes, with the reason next to them. Unless the file is the
 * idea of the lesson, the card is folded if it may be, and the reason stays visible.
 */
export function fileCard(
  diff: FileDiff,
  comparison: Comparison,
  choice: DiffChoice,
  href: Href,
  isFoldable: boolean,
): Element {
  const { file, renamedFrom, state } = diff;
  const reasons = reasonsFor(diff, comparison).map((reason) => reasonLine(reason, comparison));
  const name = renamedFrom === undefined ? file : `${renamedFrom} → ${file}`;
  const badge = h('span', { className: ['badge', badges[state]] }, state);
  const code =
    diff.patch.hunks.length === 0
      ? h('p.quiet', 'Only its name has changed.')
      : diffTable(diff, {
          view: choice.view,
          sides: comparison.sides,
          whole: href({ whole: true, file }),
          ideaLines: comparison.ideaLines.get(file),
        });
  const id = anchor(file);
  if (isFoldable && !isIdea(diff, comparison)) {
    return h('details.card.file.fold', { id }, [
      h('summary', [
        h('h2', name),
        h('span.counts', [badge, ' ', lineCounts([diff])]),
        h('span.why-line', reasons),
      ]),
      code,
    ]);
  }
  const why = h('div.why', { role: 'note', ariaLabel: `Why ${file} changed` }, [
    h('h3', 'Why'),
    ...reasons,
  ]);
  return h('section.card.file', { id }, [
    h('header', [h('h2', [h('a', { href: href({ file }) }, name)]), badge, lineCounts([diff])]),
    reasons.length === 0 ? code : h('div', { className: ['beside', choice.view] }, [why, code]),
  ]);
}

/** Returns a reason. If the comparison covers several steps, the number of its lesson is first. */
export function reasonLine({ lesson, text }: ChangeReason, { reasons }: Comparison): Element {
  const isOneStep = reasons.every((reason) => reason.lesson === lesson);
  const prefix = isOneStep ? [] : [h('b', `Lesson ${lesson}: `)];
  return h('span.reason', [...prefix, markdownNode(text)]);
}

/** Returns one line of Markdown as a node that is not escaped again. */
export const markdownNode = (text: string): Nodes & Element =>
  ({ type: 'raw', value: reasonHtml(text) }) as unknown as Nodes & Element;
