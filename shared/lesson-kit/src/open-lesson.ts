import { connect } from 'node:net';
import type { RequestHandler } from 'express';
import { errorTexts } from './error-texts.ts';

/**
 * Leads from one lesson to another: to its page where it runs, else to the course home, which can start it, else it says
 * how to start it. `home` is the port of the course home; a lesson's is its number more.
 * @example app.get('/lesson/:number', openLesson());
 */
export function openLesson(home = 4100): RequestHandler<{ number: string }> {
  return async ({ params, hostname }, response) => {
    const number = Number(params.number);
    if (!Number.isInteger(number) || number < 1 || number > 8) return void response.sendStatus(404);
    for (const port of [home + number, home]) {
      if (await answers(port)) return response.redirect(`http://${hostname}:${port}/`);
    }
    response.status(503).type('text').send(errorTexts.lessonNotRunning(number));
  };
}

/** Whether somebody listens on a port of this machine. */
export const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(true));
    socket.on('error', () => resolve(false)).on('connect', () => socket.destroy());
  });
