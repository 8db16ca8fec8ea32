import type { GuidePart, LessonStatus, SectionOverview } from '../src/home/home-contract.ts';
import { element } from './element.ts';
import { home } from './home-connection.ts';
import { lessonControls } from './lesson-controls.ts';
import { lessonLinks } from './lesson-links.ts';
import { showFailure, showLessonState } from './lesson-state.ts';
import { mark, progressOf, type Task } from './progress.ts';

const guideElement = document.querySelector<HTMLElement>('#guide')!;
/** The lesson that is shown. */
interface ShownGuide {
  readonly number: number;
  isLoaded: boolean;
  update(status: LessonStatus): void;
}

let shown: ShownGuide | undefined;

/** Shows a lesson's README with check boxes for its experiments and questions. */
export async function showGuide(section: SectionOverview, count: number): Promise<void> {
  const { number, title, goal } = section;
  const badge = element('span');
  const failure = element('pre', {
    className: 'failure',
    tabIndex: 0,
    ariaLabel: `How lesson ${number} failed`,
  });
  failure.setAttribute('role', 'region');
  const controls = lessonControls(number);
  const parts = element(
    'div',
    { className: 'stack' },
    element('p', { className: 'card quiet' }, 'Loading the README.'),
  );
  const heading = element('h2', { tabIndex: -1 }, `${number} ${title}`);
  const showing: ShownGuide = {
    number,
    isLoaded: false,
    update(status) {
      showLessonState(badge, status);
      showFailure(failure, status);
      controls.update(status);
    },
  };
  shown = showing;
  shown.update(section.status);
  guideElement.replaceChildren(
    element(
      'section',
      { className: 'card' },
      element('nav', { className: 'row', ariaLabel: 'Lessons' }, ...neighbors(number, count)),
      heading,
      element('p', { className: 'goal' }, goal),
      element('div', { className: 'row' }, badge, ...lessonLinks(section).slice(1)),
      failure,
      controls.element,
    ),
    parts,
  );
  heading.focus({ preventScroll: true });
  const guide = await home.invoke('guide', number).catch((error: Error) => error);
  if (shown !== showing) return;
  if (guide instanceof Error) {
    parts.replaceChildren(element('p', { className: 'card' }, guide.message));
    return;
  }
  showing.isLoaded = true;
  parts.replaceChildren(...guide.parts.map((part) => partCard(number, part)));
}

/** Returns whether the README of this lesson is on the page. */
export const isGuideShown = (number: number): boolean => shown?.number === number && shown.isLoaded;

/** Updates the state of the lesson that is shown. */
export function updateGuide(status: LessonStatus): void {
  if (shown?.number === status.number) shown.update(status);
}

export function hideGuide(): void {
  shown = undefined;
  guideElement.replaceChildren();
}

function neighbors(number: number, count: number): HTMLElement[] {
  const links = [element('a', { href: '#course' }, 'All lessons')];
  if (number > 1)
    links.push(element('a', { href: `#lesson-${number - 1}` }, `← Lesson ${number - 1}`));
  if (number < count)
    links.push(element('a', { href: `#lesson-${number + 1}` }, `Lesson ${number + 1} →`));
  return links;
}

function partCard(number: number, { title, html, experiments, questions }: GuidePart): HTMLElement {
  const text = prose(html, title);
  const card = element(
    'section',
    { className: 'card' },
    element('header', {}, element('h3', {}, title)),
    text,
  );
  if (experiments.length > 0) {
    const items = experiments.map((experiment, i) =>
      element(
        'li',
        {},
        prose(experiment, `Experiment ${i + 1}`),
        checkBox(number, 'experiments', i, `Experiment ${i + 1} done`),
      ),
    );
    card.append(element('ol', { className: 'tasks' }, ...items));
  }
  questions.forEach(({ question, answer }, i) => {
    const summary = element('summary', { innerHTML: question });
    const label = `Question ${i + 1} answered`;
    card.append(
      element(
        'details',
        { className: 'question' },
        summary,
        prose(answer, `Answer ${i + 1}`),
        checkBox(number, 'questions', i, label),
      ),
    );
  });
  return card;
}

function checkBox(number: number, task: Task, position: number, text: string): HTMLElement {
  const box = element('input', {
    type: 'checkbox',
    checked: progressOf(number)[task].includes(position),
  });
  box.addEventListener('change', () => mark(number, task, position, box.checked));
  return element('label', { className: 'row tick' }, box, text);
}

/** Creates an element from HTML that the home has rendered from a README of this repository. */
function prose(html: string, title: string): HTMLElement {
  const block = element('div', { className: 'prose', innerHTML: html });
  // Tables and code that are too wide scroll in a box of their own, which the keyboard can reach.
  for (const [i, wide] of block.querySelectorAll('table, pre').entries()) {
    if (wide instanceof HTMLTableElement) wide.className = 'outcomes';
    const scroll = element('div', {
      className: 'scroll',
      tabIndex: 0,
      ariaLabel: `${title}, ${i + 1}`,
    });
    scroll.setAttribute('role', 'region');
    wide.replaceWith(scroll);
    scroll.append(wide);
  }
  return block;
}
