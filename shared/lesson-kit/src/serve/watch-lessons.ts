import { lessonFolders } from '../../vite/lesson-folders.js';
import { portOfEnvironment } from '../run/port-of-environment.ts';
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

/** The lesson that runs in this process. */
const OWN = 1;

/**
 * Checks every second which lessons run, updates `courseLessons`, and calls `changed` for each
 * change. Lesson 1 calls it, so that one always runs. The others are looked for on their default
 * ports, whatever the port of this lesson is.
 * @example
 * watchLessons(({ number, up }) => {
 *   void course.clients.all.send('LessonStatus', number, up);
 * });
 */
export function watchLessons(changed: (lesson: CourseLesson) => void): void {
  // Tests set the environment variable.
  const before = portOfEnvironment(4100, 'COURSE_LESSONS_PORT');
  setInterval(async () => {
    for (const lesson of courseLessons) {
      const up = lesson.number === OWN || (await isListening(before + lesson.number));
      if (up === lesson.up) continue;
      lesson.up = up;
      changed(lesson);
    }
  }, 1000).unref();
}
