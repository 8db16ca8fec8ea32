import type { Server } from 'node:http';
import { basename, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SignalRServer } from '@practical-signalr/server';
import type { Express } from 'express';
import { createServer as createVite } from 'vite';
import { errorTexts } from './error-texts.ts';
import { RESTART } from './run-lesson.ts';

/** What a lesson hands over when it is put together. */
export interface Lesson {
  readonly app: Express;
  readonly server: Server;
  readonly signalr: SignalRServer;
}

/**
 * Serves a lesson: its page by Vite with hot reload, on port 4100 and the lesson's number (or `PORT`), until Ctrl-C.
 * `mainUrl` is the `import.meta.url` of its server/main.ts.
 */
export async function serveLesson(mainUrl: string, { app, server, signalr }: Lesson): Promise<void> {
  const folder = dirname(dirname(fileURLToPath(mainUrl)));
  const number = Number(/^\d+/.exec(basename(folder))?.[0]);
  if (Number.isNaN(number)) throw new Error(errorTexts.noNumber(basename(folder)));
  const port = Number(process.env['PORT'] ?? 4100 + number);
  try {
    await listen(server, port);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    console.error(errorTexts.portInUse(port));
    process.exitCode = 1;
    return;
  }
  const vite = await createVite({
    configFile: `${folder}/vite.config.ts`,
    // Hot reload speaks over the lesson's own port.
    server: { middlewareMode: true, ws: { server }, hmr: { server } } as object,
  });
  app.use(vite.middlewares);
  console.log(`Lesson ${number} is ready: open http://localhost:${port} in two tabs (Ctrl-C ends it)`);
  const end = async (): Promise<void> => {
    await signalr.close();
    await vite.close();
    server.closeAllConnections();
    server.close();
  };
  // The page is reloaded by Vite's client as soon as the new process answers.
  vite.watcher.add([`${folder}/server`, `${folder}/contract.ts`]);
  vite.watcher.on('change', (file) => {
    if (!file.startsWith(`${folder}/server`) && file !== `${folder}/contract.ts`) return;
    console.log(`${basename(file)} changed: the server starts again`);
    void end().finally(() => process.exit(RESTART));
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => void end().finally(() => process.exit(0)));
  }
}

async function listen(server: Server, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve();
    });
  });
}
