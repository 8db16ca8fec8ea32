import type { Element, Nodes } from 'hast';
import { h } from 'hastscript';
import { type ChangeReason, reasonHtml } from '../lessons/change-reasons.ts';
import { BROKEN_FIXED, type Comparison, reasonsFor } from '../lessons/comparison.ts';
import { changedLines, type FileDiff } from '../lessons/lesson-diff.ts';
import { lessonBefore, lessonFolder } from '../lessons/sections.ts';
import { type DiffChoice, diffHref } from './diff-choice.ts';
import { diffFrame, lineCounts } from './diff-frame.ts';
import { anchor, diffTable } from './diff-table.ts';

type Href = (change: Partial<DiffChoice>) => string;

const badges: Record<FileDiff['state'], string> = {
  new: 'good',
  changed: 'plain',
  renamed: 'warn',
  gone: 'bad',
};

/** A comparison: its files in a list, and those of `files` with their changes and the reasons for them. */
export function diffPage(
  comparison: Comparison,
  files: readonly FileDiff[],
  choice: DiffChoice,
): string {
  const { path, title, sides } = comparison;
  const href: Href = (change) => diffHref(path, { ...choice, ...change });
  const cards = files.map((diff) => fileCard(diff, comparison, choice, href));
  const short = sides.map((side) => side.replace('lesson ', '')).join(' → ');
  return diffFrame(choice, {
    title: choice.file === undefined ? title : `${choice.file} · ${title}`,
    bar: [
      h('span.number', short),
      h('h1', title),
      // Made for the script, shown by it.
      h('span.row', { id: 'jump', hidden: true }, [
        h(
          'button',
          {
            id: 'previous',
            ariaLabel: 'Previous change',
            ariaKeyShortcuts: 'Alt+ArrowUp',
            title: 'Alt and ↑',
          },
          '↑ Previous',
        ),
        h(
          'button',
          {
            id: 'next',
            ariaLabel: 'Next change',
            ariaKeyShortcuts: 'Alt+ArrowDown',
            title: 'Alt and ↓',
          },
          '↓ Next',
        ),
        h('span.quiet', { id: 'where', role: 'status' }),
      ]),
    ],
    links: neighbours(path, choice),
    main: h('main.page.diffs', [
      fileList(comparison, choice, href),
      h('div.stack', [summary(comparison, choice, href), ...cards]),
    ]),
  });
}

function summary(
  { path, sides, files, reasons }: Comparison,
  choice: DiffChoice,
  href: Href,
): Element {
  const count = `${files.length} ${files.length === 1 ? 'file' : 'files'}, ${changedLines(files)} changed lines: `;
  const remarks = reasons.filter((reason) => reason.files.length === 0);
  const filter = choices('Files', [
    ['Lesson code', href({ all: false, file: undefined }), !choice.all],
    ['Tests and README too', href({ all: true, file: undefined }), choice.all],
  ]);
  return h('section.card', [
    h('p.goal', files.length === 0 ? ['Nothing differs.'] : [count, lineCounts(files)]),
    ...remarks.map(reasonLine),
    h('div.row', [
      choices('Layout', [
        ['Unified', href({ view: 'unified' }), choice.view === 'unified'],
        ['Side by side', href({ view: 'split' }), choice.view === 'split'],
      ]),
      choices('Lines', [
        ['Changes only', href({ whole: false }), !choice.whole],
        ['Whole files', href({ whole: true }), choice.whole],
      ]),
      ...(sides[0] === 'broken' ? [] : [filter]),
    ]),
    h('p.quiet', ['In a terminal: ', h('code', `npm run diff ${path.replace('/', ' ')}`)]),
  ]);
}

function fileList({ files }: Comparison, choice: DiffChoice, href: Href): Element {
  const link = (text: string, file: string | undefined): Element =>
    h('a', { href: href({ file }), ariaCurrent: choice.file === file ? 'page' : undefined }, text);
  return h('nav.card', { ariaLabel: 'Changed files' }, [
    h('ul.files', [
      h('li', [link('All files', undefined)]),
      ...files.map((diff) =>
        h('li', [link(diff.file, diff.file), h('small', [`${diff.state} `, lineCounts([diff])])]),
      ),
    ]),
  ]);
}

function fileCard(diff: FileDiff, comparison: Comparison, choice: DiffChoice, href: Href): Element {
  const { file, renamedFrom, state } = diff;
  const reasons = reasonsFor(diff, comparison);
  const code =
    diff.patch.hunks.length === 0
      ? h('p.quiet', 'Only its name has changed.')
      : diffTable(diff, choice.view, comparison.sides, href({ whole: true, file }));
  const why = h('div.why', { role: 'note', ariaLabel: `Why ${file} changed` }, [
    h('h3', 'Why'),
    ...reasons.map(reasonLine),
  ]);
  return h('section.card.file', { id: anchor(file) }, [
    h('header', [
      h('h2', [
        h(
          'a',
          { href: href({ file }) },
          renamedFrom === undefined ? file : `${renamedFrom} → ${file}`,
        ),
      ]),
      h('span', [
        h('span', { className: ['badge', badges[state]] }, state),
        ' ',
        lineCounts([diff]),
      ]),
    ]),
    reasons.length === 0 ? code : h('div', { className: ['reasoned', choice.view] }, [why, code]),
  ]);
}

const reasonLine = ({ lesson, text }: ChangeReason): Element =>
  h('p', [
    h('b', `Lesson ${lesson}: `),
    { type: 'raw', value: reasonHtml(text) } as unknown as Nodes,
  ]);

const choices = (
  label: string,
  options: readonly (readonly [text: string, href: string, chosen: boolean])[],
): Element =>
  h(
    'div.choices',
    { role: 'group', ariaLabel: label },
    options.map(([text, href, chosen]) =>
      h('a.button', { href, ariaCurrent: chosen ? 'true' : undefined }, text),
    ),
  );

/** The steps before and after, in the same view. */
function neighbours(path: string, choice: DiffChoice): Element[] {
  const { lesson, name } = BROKEN_FIXED;
  const link = (to: string, text: string): Element =>
    h('a', { href: diffHref(to, { ...choice, file: undefined }) }, text);
  const there = (number: number): boolean => lessonFolder(number, choice.lessons) !== undefined;
  const [from = 0, to = 0] = path.split('/').map(Number);
  const step = (number: number, text: (way: string) => string): Element[] => {
    const before = lessonBefore(number);
    return there(before) && there(number)
      ? [link(`${before}/${number}`, text(`${before} to ${number}`))]
      : [];
  };
  if (path === `${lesson}/${name}`) return step(lesson, (way) => way);
  if (from !== lessonBefore(to)) return [];
  return [
    ...step(to - 1, (way) => `← ${way}`),
    ...step(to + 1, (way) => `${way} →`),
    ...(to === lesson ? [link(`${lesson}/${name}`, 'Broken and fixed')] : []),
  ];
}
