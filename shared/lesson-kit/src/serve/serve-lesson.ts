import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { errors } from '../errors.ts';
import { exitWithMessage } from '../run/exit-with-message.ts';
import { hostOfEnvironment } from '../run/host-of-environment.ts';
import { ignoreLogErrors } from '../run/ignore-log-errors.ts';
import { readLessonOptions } from '../run/lesson-options.ts';
import { lessonNumber } from '../run/lesson-number.ts';
import type { ServedLesson } from './lesson.ts';
import { openLesson } from './open-lesson.ts';
import { portOfEnvironment } from '../run/port-of-environment.ts';
import { refuseForeignRequests } from './refuse-foreign-requests.ts';
import { requestJournal } from './request-journal.ts';
import { serveBuiltPage, servePageFromSource, servePageElsewhere } from './serve-page.ts';

/**
 * Serves a lesson until Ctrl-C, on the port in `PORT` or on 4100 plus the lesson's number. The page
 * has hot reload. With the option `--production`, it is the page that `npm run build` has written
 * to dist/. `GET /requests` returns the request journal.
 * @param mainUrl the `import.meta.url` of its server/main.ts.
 * @param onPortFree called before the page is loaded, unless the port is in use.
 */
export async function serveLesson(
  mainUrl: string,
  lesson: ServedLesson,
  onPortFree = (): void => undefined,
): Promise<void> {
  const { server, signalr } = lesson;
  ignoreLogErrors();
  const folder = dirname(dirname(fileURLToPath(mainUrl)));
  const number = lessonNumber(mainUrl);
  const { production } = readLessonOptions();
  let port = 4100 + number;
  let closePage = async (): Promise<void> => undefined;
  const end = async (): Promise<void> => {
    await signalr.close();
    await closePage();
    server.closeAllConnections();
    server.close();
  };
  const host = hostOfEnvironment();
  if (host === '127.0.0.1') refuseForeignRequests(server);
  endOnSignals(end); // first, so that everything that starts later is closed, too
  try {
    port = portOfEnvironment(port);
    lesson.app.get('/lesson/:number', openLesson({ lesson: basename(folder) }));
    lesson.app.get('/requests', requestJournal(server));
    // The page is mapped before the server listens, because an open page reloads when the server is
    // back.
    const { INSTANCE: name } = process.env;
    if (name !== undefined) return await serveInstance(name, port, lesson, end);
    // Vite takes a second to load, so a port in use is reported first.
    await probePort(port);
    onPortFree();
    if (production === true) serveBuiltPage(folder, lesson);
    else closePage = await servePageFromSource(folder, lesson, end);
    await listen(server, port);
    ({ port } = server.address() as AddressInfo); // PORT=0 selects a free one
  } catch (error) {
    await closePage();
    const inUse = (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
    const reason = error instanceof Error ? error : new Error(String(error));
    if (process.connected) process.disconnect();
    await signalr.close();
    // What the lesson has started itself, such as an emulator, would keep the process running.
    exitWithMessage(inUse ? errors.portInUse(port) : reason);
  }
  // The course home sets this variable for the lessons that it starts. Ctrl-C does not reach them.
  const isStartedByHome = process.env['COURSE_HOME_PID'] !== undefined;
  const howToStop = isStartedByHome ? 'stop it in the course home' : 'Ctrl-C stops it';
  console.log(
    `Lesson ${number} is ready: open http://localhost:${port} in two tabs (${howToStop})`,
  );
}

/**
 * Serves one of several instances. It has no page, reports its port to the process that started it,
 * and stops with that process.
 */
async function serveInstance(
  name: string,
  port: number,
  lesson: ServedLesson,
  end: () => Promise<void>,
): Promise<void> {
  servePageElsewhere(name, lesson);
  await listen(lesson.server, port);
  process.once('disconnect', () => void end().finally(() => process.exit(0)));
  const { port: taken } = lesson.server.address() as AddressInfo;
  if (process.send) process.send({ port: taken });
  else console.log(`${name} is ready on port ${taken}`);
}

function endOnSignals(end: () => Promise<void>): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => void end().finally(() => process.exit(0)));
  }
}

/** Rejects with EADDRINUSE if another process listens on the port. */
async function probePort(port: number): Promise<void> {
  const probe = createServer();
  await listen(probe, port);
  probe.close();
  await once(probe, 'close');
}

async function listen(server: Server, port: number): Promise<void> {
  // As ASP.NET Core. With 5 s, Node's default, a client or the balancer may send a request on an
  // idle connection at the moment when the server closes it.
  server.keepAliveTimeout = 130_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, hostOfEnvironment(), () => {
      server.off('error', reject);
      resolve();
    });
  });
}
