import type { CourseLesson } from '@practical-signalr/lesson-kit/client';

const clock = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' });

/** Draws the map of the course into the `<tbody id="lessons">`: one row for each lesson. */
export function showLessons(lessons: CourseLesson[]): void {
  const table = document.querySelector<HTMLTableSectionElement>('#lessons')!;
  table.replaceChildren();
  for (const { number, title, goal } of lessons) {
    const row = table.insertRow();
    row.innerHTML = `<th scope="row"><span></span><small></small><code>npm run lesson ${number}</code></th>
      <td><span class="badge" id="pushed-${number}">?</span></td><td><span class="badge" id="polled-${number}">?</span></td>`;
    row.querySelector('span')!.textContent = `${number} ${title}`;
    row.querySelector('small')!.textContent = goal;
  }
}

/** Says what one half of the page has learned of a lesson and, from the first change on, when. */
export function showLesson(
  half: 'polled' | 'pushed',
  { number, up }: Pick<CourseLesson, 'number' | 'up'>,
): void {
  const badge = document.querySelector<HTMLElement>(`#${half}-${number}`);
  const word = up ? 'runs' : 'off';
  if (badge === null || badge.textContent?.startsWith(word)) return;
  const now = new Date();
  const time = `${clock.format(now)} + ${now.getMilliseconds()} ms`;
  badge.className = up ? 'badge good' : 'badge';
  badge.textContent = badge.textContent === '?' ? word : `${word} since ${time}`;
}
