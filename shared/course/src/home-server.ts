import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import express, { type Request } from 'express';
import { diffRouter } from './diff-viewer/diff-router.ts';
import { errorTexts } from './error-texts.ts';
import { LessonProcess } from './lesson-process.ts';
import { lessonFolder, portOf, sections } from './sections.ts';

const client = fileURLToPath(new URL('../client/', import.meta.url));
const stylesheet = fileURLToPath(import.meta.resolve('@practical-signalr/lesson-kit/style.css'));

/** The course home: lists the sections, starts and stops their lessons. */
export interface HomeServer {
  readonly port: number;
  readonly server: Server;
  close(): Promise<void>;
}

/** Starts the home on 127.0.0.1. `lessons` is the folder of the lessons, `lessonPort` names their ports. */
export async function startHome(
  port: number,
  lessons?: string,
  lessonPort: (number: number) => number = portOf,
): Promise<HomeServer> {
  const processes = new Map<number, LessonProcess>();
  const app = express();
  app.disable('x-powered-by');
  app.use((request, response, next) => {
    // A foreign page may reach this server under a name of its own (DNS rebinding) or post to it blindly (CSRF).
    if (isOwn(request)) next();
    else response.status(403).type('text').send(errorTexts.foreignRequest);
  });
  app.get('/style.css', (_request, response) => response.sendFile(stylesheet));
  app.get('/api/sections', (_request, response) => {
    response.json(sections.map((section) => ({ ...section, ...describe(section.number) })));
  });
  app.post('/api/lessons/:number/:action', async (request, response) => {
    const number = Number(request.params.number);
    const folder = lessonFolder(number, lessons);
    const { action } = request.params;
    if (folder === undefined || (action !== 'start' && action !== 'stop')) return void response.status(404).end();
    let lesson = processes.get(number);
    if (lesson === undefined) processes.set(number, (lesson = new LessonProcess(folder, lessonPort(number))));
    if (action === 'start') lesson.start();
    else await lesson.stop();
    response.json(describe(number));
  });
  app.use('/diff', diffRouter(lessons));
  app.use(express.static(client));

  function describe(number: number): object {
    const lesson = processes.get(number);
    const state = lessonFolder(number, lessons) === undefined ? 'in preparation' : (lesson?.state ?? 'stopped');
    return { state, port: lessonPort(number), log: state === 'failed' ? lesson?.log.slice(-12) : [] };
  }

  const server = createServer(app);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    server,
    async close() {
      await Promise.all([...processes.values()].map((lesson) => lesson.stop()));
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** Whether a request names this machine as its host and, if it changes anything, comes from the home's own page. */
export function isOwn(request: Pick<Request, 'method' | 'headers'>): boolean {
  const host = request.headers.host ?? '';
  if (!/^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/.test(host)) return false;
  if (request.method === 'GET' || request.method === 'HEAD') return true;
  return request.headers.origin === `http://${host}`;
}
