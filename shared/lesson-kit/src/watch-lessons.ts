import { answers } from './open-lesson.ts';

/** One lesson of the course, and whether it answers on its port. */
export interface CourseLesson {
  readonly number: number;
  readonly title: string;
  readonly goal: string;
  up: boolean;
}

/** The sections as the course names them. */
export const courseLessons: CourseLesson[] = [
  ['Course Overview', 'Polling beside pushing'],
  ['ASP.NET Core SignalR Overview', 'Negotiation, transports, hub protocol'],
  ['Basics', 'One hub method, one handler'],
  ['Server Hubs', 'Caller, connection, group'],
  ['HubContext', 'Sending from outside a hub'],
  ['Authorization', 'Broken, then fixed'],
  ['Scaling with Redis', 'Two servers, one chat'],
  ['Scaling with Azure SignalR Service', 'Clients connect to a service'],
].map(([title = '', goal = ''], i) => ({ number: i + 1, title, goal, up: false }));

/**
 * Looks every second which lessons answer, keeps that in `courseLessons`, and tells what has changed. Ends with the process.
 * @example watchLessons(({ number, up }) => void course.clients.all.send('LessonStatus', number, up));
 */
export function watchLessons(changed: (lesson: CourseLesson) => void): void {
  const first = Number(process.env['PORT'] ?? 4101);
  setInterval(async () => {
    for (const lesson of courseLessons) {
      const up = await answers(first + lesson.number - 1);
      if (up === lesson.up) continue;
      lesson.up = up;
      changed(lesson);
    }
  }, 1000).unref();
}
