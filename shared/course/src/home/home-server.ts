import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { docsRouter } from '@practical-signalr/docs';
import { SignalRServer } from '@practical-signalr/server';
import { slidesRouter } from '@practical-signalr/slides';
import express, { type NextFunction, type Request, type Response } from 'express';
import { diffRouter } from '../diff-viewer/diff-router.ts';
import { errorTexts } from '../error-texts.ts';
import { HomeHub } from './home-hub.ts';
import { HomeLessons } from './home-lessons.ts';
import { homePage } from './home-page.ts';
import { ownPageHub, ownPageOnly } from './own-page.ts';
import { portOf } from '../lessons/sections.ts';

/** The course home: lists the sections, starts and stops their lessons, shows their READMEs. */
export interface CourseHome {
  readonly port: number;
  readonly server: Server;
  /** Stops every lesson that it started, then the home. */
  close(): Promise<void>;
}

/** Options for tests. */
export interface HomeOptions {
  /** The folder of the lessons. Default: the lessons of this repository. */
  readonly lessons?: string;
  /** Returns the port of a lesson. Default: 4100 plus its number. */
  readonly portOf?: (number: number) => number;
}

/** Starts the home on 127.0.0.1. Rejects with `EADDRINUSE` if the port is in use. */
export async function startHome(port: number, options: HomeOptions = {}): Promise<CourseHome> {
  const app = express();
  const server = createServer(app);
  const signalr = new SignalRServer({ shutdownTimeout: 1000 });
  const home = signalr.mapHub(
    '/home',
    { hub: HomeHub, create: () => new HomeHub(lessons) },
    {
      methods: ['sections', 'start', 'stop', 'guide', 'log'],
      ...ownPageHub,
      // Buttons work while a README is rendered.
      maximumParallelInvocationsPerClient: 4,
    },
  );
  const lessons = new HomeLessons({
    folder: options.lessons,
    portOf: options.portOf ?? portOf,
    homePort: () => (server.address() as AddressInfo).port,
    changed: (status) => void home.clients.all.send('lessonChanged', status),
  });

  app.disable('x-powered-by');
  app.use(ownPageOnly);
  app.use((_request, response, next) => {
    response.set({ 'x-content-type-options': 'nosniff', 'x-frame-options': 'SAMEORIGIN' });
    next();
  });
  app.use(signalr.router());
  app.use('/diff', diffRouter(options.lessons));
  app.use('/docs', docsRouter());
  app.use('/slides', slidesRouter());
  app.use(homePage());
  app.use(
    (_request, response) => void response.status(404).type('text').send(errorTexts.noSuchPage),
  );
  // Without this handler, Express sends a stack trace to the client and prints it in the terminal.
  app.use((error: unknown, _request: Request, response: Response, next: NextFunction) => {
    if (response.headersSent) return next(error);
    const isMalformed = error instanceof URIError; // the address has a '%' without two digits
    const text = isMalformed ? errorTexts.noSuchPage : errorTexts.pageBroke(String(error));
    return response
      .status(isMalformed ? 404 : 500)
      .type('text')
      .send(text);
  });
  signalr.attach(server);

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    server,
    async close() {
      await Promise.all([lessons.close(), signalr.close()]);
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
