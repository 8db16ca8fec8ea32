import { type CourseLesson, fetchText } from '@practical-signalr/lesson-kit/client';
import { showLessons, showState } from '@practical-signalr/lesson-kit/client';

let requests = 0;
let bytes = 0;

/** Requests the status again and again, whether it has changed or not. */
async function poll(): Promise<void> {
  try {
    const text = await fetchText('/api/status');
    requests += 1;
    bytes += text.length;
    showState('good', `${requests} requests, ${bytes} bytes`, '#polling');
    const { lessons } = JSON.parse(text) as { lessons: CourseLesson[] };
    showLessons('polled', lessons);
  } catch {
    showState('bad', 'No response. The page polls again.', '#polling');
  }
  setTimeout(poll, 2000);
}

void poll();
