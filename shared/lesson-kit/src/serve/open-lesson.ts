import { connect } from 'node:net';
import type { RequestHandler } from 'express';
import { lessonFolders } from '../../vite/lesson-folders.js';
import { errors } from '../errors.ts';
import { portOfEnvironment } from '../run/port-of-environment.ts';

/** Where the other lessons and the course home are. */
export interface Neighbors {
  /**
   * The port of the course home; default: the environment variable `COURSE_HOME_PORT`, otherwise
   * 4100.
   */
  readonly home?: number;
  /** The port before that of lesson 1; default: 4100. */
  readonly lessons?: number;
  /** The name of the lesson's own folder, for its README, diff and slides. */
  readonly lesson?: string;
}

/**
 * Redirects to another page of the course.
 *
 * - `/lesson/3` opens lesson 3 if it is running. Otherwise it opens the lesson's place in the
 *   course home, where it can be started.
 * - `/lesson/home`, `/lesson/readme`, `/lesson/diff` and `/lesson/slides` open pages of the course
 *   home.
 *
 * If neither is running, the answer is 503 and says what to start.
 * @example app.get('/lesson/:number', openLesson({ lesson: '03-basics' }));
 */
export function openLesson(neighbors: Neighbors = {}): RequestHandler<{ number: string }> {
  const { home = portOfEnvironment(4100, 'COURSE_HOME_PORT'), lessons = 4100, lesson } = neighbors;
  const numbers = lessonFolders().map(({ number }) => number);
  const homePaths = homePathsOf(lesson);
  return async ({ params, hostname }, response) => {
    const number = Number(params.number);
    const homePath = numbers.includes(number) ? `/#lesson-${number}` : homePaths.get(params.number);
    if (homePath === undefined) {
      response.sendStatus(404);
      return;
    }
    if (numbers.includes(number) && (await isListening(lessons + number))) {
      response.redirect(`http://${hostname}:${lessons + number}/`);
    } else if (await isListening(home)) {
      response.redirect(`http://${hostname}:${home}${homePath}`);
    } else {
      const error = numbers.includes(number)
        ? errors.lessonNotRunning(number)
        : errors.homeNotRunning();
      response.status(503).type('text').send(error.message);
    }
  };
}

/** Returns the paths of the course home by their names. */
function homePathsOf(lesson: string | undefined): ReadonlyMap<string, string> {
  const paths = new Map([['home', '/']]);
  if (lesson === undefined) return paths;
  const number = Number(lesson.slice(0, 2));
  paths.set('readme', `/#lesson-${number}`);
  paths.set('slides', `/slides/${lesson}.html`);
  if (number > 1) paths.set('diff', `/diff/${number - 1}/${number}`);
  return paths;
}

/** Returns whether a process listens on a port of this machine. */
export const isListening = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(true));
    socket.on('error', () => resolve(false)).on('connect', () => socket.destroy());
  });
