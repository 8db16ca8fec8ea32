import { announce, showState } from '@practical-signalr/lesson-kit/client';
import type { LessonStatus, SectionOverview } from '../src/home/home-contract.ts';
import { showFollowAlong } from './follow-view.ts';
import { hideGuide, isGuideShown, showGuide, updateGuide } from './guide-view.ts';
import { connectHome, home, isConnected } from './home-connection.ts';
import { openWhenRunning } from './lesson-controls.ts';
import { stateText } from './lesson-state.ts';
import { followLog } from './log-view.ts';
import { forgetProgress, onProgress } from './progress.ts';
import { type SectionRow, sectionRow } from './section-row.ts';

const list = document.querySelector<HTMLElement>('#sections')!;
const course = document.querySelector<HTMLElement>('#course')!;
const guide = document.querySelector<HTMLElement>('#guide')!;
const sections = new Map<number, SectionOverview>();
const rows = new Map<number, SectionRow>();
/** The section that the side column shows. */
let followed = 1;

home.on('lessonChanged', (status) => {
  show(status);
  const how = status.state === 'failed' ? status.reason : stateText(status);
  announce(`Lesson ${status.number}: ${how}`);
});
home.onreconnecting(() =>
  showState('bad', 'The course home was stopped. Start it again with npm start.'),
);
onProgress(() => rows.forEach((row) => row.updateProgress()));
document.querySelector('#forget')!.addEventListener('click', () => {
  forgetProgress();
  announce('Your progress was deleted.');
});
window.addEventListener('hashchange', () => {
  if (isConnected()) route();
});
document.querySelector('#skip')!.addEventListener('click', (event) => {
  event.preventDefault(); // the fragment selects a lesson
  if (course.hidden) guide.querySelector<HTMLElement>('h2')?.focus();
  else mainControl(0)?.focus();
});
course.addEventListener('keydown', (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const row = [...list.children].findIndex((child) => child.contains(document.activeElement));
  if (step === undefined || row === -1) return;
  event.preventDefault();
  mainControl(row + step)?.focus();
});
// On a phone, the lessons come first, and the rest is folded.
for (const details of document.querySelectorAll<HTMLDetailsElement>('details.aside'))
  details.open = matchMedia('(min-width: 901px)').matches;

void connectHome(async () => {
  const current = await home.invoke('sections');
  // After a reconnect, everything stays in its place, with the focus.
  const isSame = describeSections(current) === describeSections([...sections.values()]);
  if (!isSame) replaceRows(current);
  for (const { status } of current) show(status);
  route(isSame);
});

/** Returns the sections as text, without the state of their lessons. */
const describeSections = (all: readonly SectionOverview[]): string =>
  JSON.stringify(all.map((section) => ({ ...section, status: undefined })));

/** Shows these sections in the list, instead of the sections before. */
function replaceRows(current: readonly SectionOverview[]): void {
  sections.clear();
  rows.clear();
  for (const section of current) {
    sections.set(section.number, section);
    rows.set(section.number, sectionRow(section));
  }
  list.replaceChildren(...[...rows.values()].map((row) => row.element));
  for (const row of rows.values()) row.updateProgress();
}

/** Updates all places that show the state of a lesson. */
function show(status: LessonStatus): void {
  const section = sections.get(status.number);
  if (section === undefined) return;
  sections.set(status.number, { ...section, status });
  rows.get(status.number)?.update(status);
  updateGuide(status);
  openWhenRunning(status);
  if (status.state === 'starting') follow(status.number);
  const running = [...sections.values()].filter((each) => each.status.state === 'running').length;
  if (running === 0) showState('good', 'Connected, no lesson running');
  else showState('good', running === 1 ? '1 lesson running' : `${running} lessons running`);
}

/**
 * Shows the lesson that the address names (`#lesson-3`), or the list. `keepsGuide` keeps a README
 * that is shown already, with its scroll position.
 */
function route(keepsGuide = false): void {
  const number = Number(/^#lesson-(\d+)$/.exec(location.hash)?.[1]);
  const section = sections.get(number);
  const isLesson = section !== undefined && section.status.state !== 'in preparation';
  course.hidden = isLesson;
  guide.hidden = !isLesson;
  document.title = isLesson
    ? `${number} ${section.title}: Practical SignalR for Node`
    : 'Practical SignalR for Node';
  if (!isLesson) {
    hideGuide();
  } else if (!keepsGuide || !isGuideShown(number)) {
    window.scrollTo(0, 0);
    void showGuide(section, sections.size);
  }
  follow(isLesson ? number : followed, true);
}

/** Shows a section in the side column. `isForced` draws it again if it is already shown. */
function follow(number: number, isForced = false): void {
  const section = sections.get(number);
  if (section === undefined || (number === followed && !isForced)) return;
  followed = number;
  followLog(number, section.status.state !== 'in preparation');
  void showFollowAlong(section, [...sections.values()], follow).catch(() => undefined);
}

/** Returns the button or link that starts or opens the lesson in a row of the list. */
const mainControl = (row: number): HTMLElement | null | undefined =>
  list.children[row]?.querySelector<HTMLElement>('.actions > :not([hidden])');
