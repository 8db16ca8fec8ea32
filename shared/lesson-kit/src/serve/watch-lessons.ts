import { lessonFolders } from '../../vite/lesson-folders.js';
import { isListening } from './open-lesson.ts';

/** One lesson of the course, and whether a process listens on its port. */
export interface CourseLesson {
  readonly number: number;
  readonly title: string;
  readonly goal: string;
  up: boolean;
}

/** All lessons with their ideas. */
export const courseLessons: CourseLesson[] = lessonFolders().map(({ number, title, idea }) => ({
  number,
  title,
  goal: idea,
  up: false,
}));

/**
 * Checks every second which lessons run, updates `courseLessons`, and calls `changed` for each
 * change.
 * @example
 * watchLessons(({ number, up }) => {
 *   void course.clients.all.send('LessonStatus', number, up);
 * });
 */
export function watchLessons(changed: (lesson: CourseLesson) => void): void {
  const first = Number(process.env['PORT'] ?? 4101);
  setInterval(async () => {
    for (const lesson of courseLessons) {
      const up = await isListening(first + lesson.number - 1);
      if (up === lesson.up) continue;
      lesson.up = up;
      changed(lesson);
    }
  }, 1000).unref();
}
