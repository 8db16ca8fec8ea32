import { type CourseLesson, showState } from '@practical-signalr/lesson-kit/client';
import { showLesson } from './lesson-map.ts';

const pause = document.querySelector<HTMLSelectElement>('#pause')!;
let requests = 0;
let bytes = 0;

/** Asks again and again, whether something has changed or not. */
async function poll(): Promise<void> {
  try {
    const text = await (await fetch('/api/status')).text();
    const status = JSON.parse(text) as {
      lessons: CourseLesson[];
      viewers: number;
      requests: number;
    };
    bytes += text.length;
    showState('good', `${++requests} requests, ${bytes} bytes`, '#polling');
    document.querySelector('#asked')!.textContent =
      `The server has answered ${status.requests} requests of all pages.`;
    for (const lesson of status.lessons) showLesson('polled', lesson);
  } catch {
    showState('bad', 'No answer. Asking again.', '#polling');
  }
  setTimeout(poll, Number(pause.value));
}

await poll();
