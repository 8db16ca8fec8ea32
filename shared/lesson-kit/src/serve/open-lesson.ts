import { connect } from 'node:net';
import type { RequestHandler } from 'express';
import { lessonFolders } from '../../vite/lesson-folders.js';
import { errors } from '../errors.ts';
import { portOfEnvironment } from '../run/port-of-environment.ts';

/** Where to look for others. */
export interface Neighbours {
  /** The port of the course home; default: `COURSE_HOME_PORT`, which a home tells the lessons that it starts, else 4100. */
  readonly home?: number;
  /** The port before that of lesson 1; default: 4100. */
  readonly lessons?: number;
}

/**
 * Leads from one lesson to another: to its page where it runs, else to its place in the course home, which can start it, else it says
 * how to start it. `/lesson/home` leads to the course home.
 * @example app.get('/lesson/:number', openLesson());
 */
export function openLesson(neighbours: Neighbours = {}): RequestHandler<{ number: string }> {
  const { home = portOfEnvironment(4100, process.env['COURSE_HOME_PORT']), lessons = 4100 } =
    neighbours;
  const known = lessonFolders().map(({ number }) => number);
  return async ({ params, hostname }, response) => {
    const number = Number(params.number);
    const isHome = params.number === 'home';
    if (!isHome && !known.includes(number)) return void response.sendStatus(404);
    if (!isHome && (await answers(lessons + number)))
      return response.redirect(`http://${hostname}:${lessons + number}/`);
    // There it can be started.
    if (await answers(home))
      return response.redirect(`http://${hostname}:${home}/${isHome ? '' : `#lesson-${number}`}`);
    const error = isHome ? errors.homeNotRunning() : errors.lessonNotRunning(number);
    response.status(503).type('text').send(error.message);
  };
}

/** Whether somebody listens on a port of this machine. */
export const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(true));
    socket.on('error', () => resolve(false)).on('connect', () => socket.destroy());
  });
