import type { LessonStatus, SectionOverview } from '../src/home/home-contract.ts';
import { element } from './element.ts';
import { lessonControls } from './lesson-controls.ts';
import { lessonLinks } from './lesson-links.ts';
import { showFailure, showLessonState } from './lesson-state.ts';
import { type Progress, progressOf } from './progress.ts';

/** The row of a section in the list. */
export interface SectionRow {
  readonly element: HTMLLIElement;
  update(status: LessonStatus): void;
  updateProgress(): void;
}

/** Creates the row of a section. */
export function sectionRow(section: SectionOverview): SectionRow {
  const { number, title, goal, status } = section;
  const badge = element('span');
  const failure = element('pre', {
    className: 'failure',
    tabIndex: 0,
    ariaLabel: `How lesson ${number} failed`,
  });
  failure.setAttribute('role', 'region');
  const progress = element('small');
  const controls = lessonControls(number);
  const row = element(
    'li',
    { className: 'stop' },
    element('span', { className: 'dot', ariaHidden: 'true' }, String(number)),
    element(
      'div',
      { className: 'text' },
      element('h2', {}, element('span', { className: 'visually-hidden' }, `${number} `), title),
      element('p', { className: 'quiet goal-text' }, goal),
      element('p', { className: 'row facts' }, badge, ...lessonLinks(section), progress),
      failure,
    ),
    controls.element,
  );
  let state = status.state;
  const draw = (): void => {
    row.classList.toggle('running', state === 'running');
    row.classList.toggle('failed', state === 'failed');
    row.classList.toggle('done', isDone(section, progressOf(number)));
  };
  return {
    element: row,
    update(now) {
      state = now.state;
      showLessonState(badge, now);
      showFailure(failure, now);
      controls.update(now);
      draw();
    },
    updateProgress() {
      const text = progressText(section, progressOf(number));
      if (progress.textContent !== text) progress.textContent = text;
      draw();
    },
  };
}

/** Returns the progress in a section as text. */
export function progressText({ experiments, questions }: SectionOverview, done: Progress): string {
  const texts = done.run ? ['run'] : [];
  if (done.experiments.length > 0)
    texts.push(`${done.experiments.length} of ${experiments} experiments`);
  if (done.questions.length > 0) texts.push(`${done.questions.length} of ${questions} questions`);
  return texts.length === 0 ? '' : `✓ ${texts.join(', ')}`;
}

/** Returns whether the lesson was run and all experiments and questions are done. */
export const isDone = ({ experiments, questions }: SectionOverview, done: Progress): boolean =>
  done.run && done.experiments.length >= experiments && done.questions.length >= questions;
