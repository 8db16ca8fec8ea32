import type { CourseLesson } from '../../serve/watch-lessons.ts';

/** The two halves of the page: what it learns by polling, and what the server pushes. */
export type CourseMapHalf = 'polled' | 'pushed';

const clock = new Intl.DateTimeFormat(undefined, {
  hour: 'numeric',
  minute: '2-digit',
  second: '2-digit',
  fractionalSecondDigits: 3,
});

/**
 * Shows the lessons of the course in the table `#lessons`, one row each: what is polled is on the
 * left, what is pushed is on the right.
 * @example connection.on('Lessons', (lessons) => showLessons('pushed', lessons));
 */
export function showLessons(half: CourseMapHalf, lessons: readonly CourseLesson[]): void {
  const table = document.querySelector<HTMLTableElement>('#lessons')!;
  const body = table.tBodies[0] ?? table.createTBody();
  for (const lesson of lessons) {
    if (document.querySelector(`#polled-${lesson.number}`) === null) addRow(body, lesson);
    showLesson(half, lesson);
  }
}

/**
 * Shows whether a lesson runs, in one half of its row. From the first change on, the time of the
 * change is next to it.
 */
export function showLesson(
  half: CourseMapHalf,
  { number, up }: Pick<CourseLesson, 'number' | 'up'>,
): void {
  const badge = document.querySelector<HTMLElement>(`#${half}-${number}`);
  if (badge === null) return;
  const state = up ? 'runs' : 'off';
  const isFirst = badge.textContent === '?';
  if (badge.textContent?.startsWith(state)) return;
  badge.className = `badge ${up ? 'good' : 'idle'} ${isFirst ? '' : 'changed'}`;
  badge.textContent = isFirst ? state : `${state} since ${clock.format()}`;
}

function addRow(body: HTMLTableSectionElement, { number, title, goal }: CourseLesson): void {
  const row = body.insertRow();
  row.innerHTML = `<td><span class="badge idle" id="polled-${number}">?</span></td>
    <th scope="row"><span></span><code>npm run lesson ${number}</code><small></small></th>
    <td><span class="badge idle" id="pushed-${number}">?</span></td>`;
  row.querySelector('th span')!.textContent = `${number} ${title}`;
  row.querySelector('small')!.textContent = goal;
}
