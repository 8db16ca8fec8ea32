import type { Element } from 'hast';
import { h } from 'hastscript';
import { lessonFolders } from '@practical-signalr/lesson-kit';
import { BROKEN_FIXED, type Comparison, labReasons } from '../lessons/comparison.ts';
import { sizeOf } from '../lessons/describe-size.ts';
import type { FileDiff } from '../lessons/lesson-diff.ts';
import { lessonBefore, lessonFolder } from '../lessons/sections.ts';
import { type DiffChoice, diffHref } from './diff-choice.ts';
import { diffFrame, lineCounts } from './diff-frame.ts';
import { anchor } from './diff-table.ts';
import { fileCard, type Href, markdownNode, reasonLine } from './file-card.ts';

/**
 * Returns the page of a comparison: the goal, the size of the step, a list of all files, and the
 * changes of each file with the reasons for them.
 * @param only the files to show; default: all, most important first, and the lab if chosen.
 */
export function diffPage(
  comparison: Comparison,
  choice: DiffChoice,
  only?: readonly FileDiff[],
): string {
  const { path, title, sides } = comparison;
  const href: Href = (change) => diffHref(path, { ...choice, ...change });
  const cards = (files: readonly FileDiff[], isFoldable: boolean): Element[] =>
    files.map((diff) => fileCard(diff, comparison, choice, href, isFoldable));
  const allCards = [
    ...cards(comparison.files, true),
    ...(choice.lab ? labCards(comparison, cards(comparison.lab, true)) : []),
  ];
  const short = sides.map((side) => side.replace('lesson ', '')).join(' → ');
  return diffFrame(choice, {
    title: choice.file === undefined ? title : `${choice.file} · ${title}`,
    bar: [h('span.number', short), h('h1', headingOf(path, choice) ?? title), jumpButtons()],
    links: links(path, choice),
    main: h('main.page.review', [
      summary(comparison, choice, href),
      fileList(comparison, choice, href),
      h('div.stack', only === undefined ? allCards : cards(only, false)),
    ]),
  });
}

/**
 * Returns the buttons that jump between changes. The script shows them, because they do nothing
 * without it.
 */
const jumpButtons = (): Element =>
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
  ]);

function summary(comparison: Comparison, choice: DiffChoice, href: Href): Element {
  const { path, sides, files, lab, reasons, headline, limit } = comparison;
  const remarks = reasons.filter((reason) => reason.files.length === 0);
  const filter = choices('Files', [
    ['Lesson code', href({ all: false, file: undefined }), !choice.all],
    ['Tests and README too', href({ all: true, file: undefined }), choice.all],
  ]);
  const size =
    files.length === 0 && lab.length === 0
      ? [h('span', 'Nothing differs.')]
      : [h('span', sizeOf(files)), lineCounts(files)];
  return h('section.card', [
    h('h2.headline', [markdownNode(headline)]),
    h('p.facts', [
      ...size,
      ...(limit === undefined ? [] : [h('small', `limit for this step: ${limit} lines`)]),
      h('small', ['in a terminal: ', h('code', `npm run diff ${path.replace('/', ' ')}`)]),
    ]),
    ...(hasIdeaLines(comparison) ? [h('p.quiet.legend', 'marks the lines of the idea.')] : []),
    ...remarks.map((reason) => reasonLine(reason, comparison)),
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
    ...(lab.length === 0 ? [] : [labLine(comparison, choice, href)]),
  ]);
}

const hasIdeaLines = ({ files, ideaLines }: Comparison): boolean =>
  files.some(({ file }) => (ideaLines.get(file)?.size ?? 0) > 0);

/**
 * Returns one line about the lab with its counts. It unfolds to a link that shows the files of the
 * lab.
 */
function labLine(comparison: Comparison, choice: DiffChoice, href: Href): Element {
  const { lab, path } = comparison;
  const content = labReasons(comparison).flatMap(({ text }) => [': ', markdownNode(text)]);
  const command = `npm run diff ${path.replace('/', ' ')} -- --lab`;
  const text = choice.lab
    ? 'The files of the lab are below the files of the lesson.'
    : 'The lab holds everything that is not the idea of the lesson.';
  return h('details.labline', { open: choice.lab }, [
    h('summary', [
      h('span', [h('strong', 'Lab'), ', not part of this step', ...content]),
      h('span.counts', [
        h('small', `${lab.length} ${lab.length === 1 ? 'file' : 'files'} `),
        lineCounts(lab),
      ]),
    ]),
    h('p.quiet', [`${text} In a terminal: `, h('code', command), '.']),
    h('p', [
      h(
        'a.button',
        { href: href({ lab: !choice.lab, file: undefined }) },
        choice.lab ? 'Hide the lab' : 'Show the lab',
      ),
    ]),
  ]);
}

const labCards = ({ lab }: Comparison, cards: readonly Element[]): Element[] =>
  lab.length === 0 ? [] : [h('h2', { id: 'lab' }, 'Lab'), ...cards];

function fileList({ files, lab }: Comparison, choice: DiffChoice, href: Href): Element {
  const isOnePage = choice.file === undefined;
  const link = (file: string): Element =>
    h(
      'a',
      {
        href: isOnePage ? `#${encodeURI(anchor(file))}` : href({ file }),
        ariaCurrent: choice.file === file ? 'page' : undefined,
      },
      file,
    );
  const row = (diff: FileDiff, place: string, className = ''): Element =>
    h('li', { className }, [h('span', place), link(diff.file), lineCounts([diff])]);
  const labRows = choice.lab
    ? lab.map((diff, index) => row(diff, '', index === 0 ? 'lab' : ''))
    : [];
  return h('nav.card.files', { ariaLabel: 'Changed files' }, [
    h('h2', 'Files, most important first'),
    ...(isOnePage ? [] : [h('p', [h('a', { href: href({ file: undefined }) }, 'All files')])]),
    h('ol', [...files.map((diff, index) => row(diff, String(index + 1))), ...labRows]),
  ]);
}

const choices = (
  label: string,
  options: readonly (readonly [text: string, href: string, isChosen: boolean])[],
): Element =>
  h(
    'div.choices',
    { role: 'group', ariaLabel: label },
    options.map(([text, href, isChosen]) =>
      h('a.button', { href, ariaCurrent: isChosen ? 'true' : undefined }, text),
    ),
  );

/** Returns `From HubContext to Authorization` for a comparison of two lessons. */
function headingOf(path: string, { lessons }: DiffChoice): string | undefined {
  const folders = lessonFolders(lessons);
  const [from, to] = path
    .split('/')
    .map((text) => folders.find(({ number }) => String(number) === text)?.title);
  return from === undefined || to === undefined ? undefined : `From ${from} to ${to}`;
}

/** Returns links to the lesson and to the previous and next step, in the same view. */
function links(path: string, choice: DiffChoice): Element[] {
  const { lesson, name } = BROKEN_FIXED;
  const link = (to: string, text: string): Element =>
    h('a', { href: diffHref(to, { ...choice, file: undefined }) }, text);
  const exists = (number: number): boolean => lessonFolder(number, choice.lessons) !== undefined;
  const [from = 0, to = 0] = path.split('/').map(Number);
  const step = (number: number, text: (way: string) => string): Element[] => {
    const before = lessonBefore(number);
    return exists(before) && exists(number)
      ? [link(`${before}/${number}`, text(`${before} to ${number}`))]
      : [];
  };
  const readme = (number: number): Element =>
    h('a', { href: `/#lesson-${number}` }, `Lesson ${number}`);
  if (path === `${lesson}/${name}`) return [readme(lesson), ...step(lesson, (way) => way)];
  if (from !== lessonBefore(to)) return [readme(to)];
  return [
    readme(to),
    ...step(to - 1, (way) => `← ${way}`),
    ...step(to + 1, (way) => `${way} →`),
    ...(to === lesson ? [link(`${lesson}/${name}`, 'Broken and fixed')] : []),
  ];
}
