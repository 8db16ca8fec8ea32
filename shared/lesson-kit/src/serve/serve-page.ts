import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import express from 'express';
import { errors } from '../errors.ts';
import { RESTART } from '../run/run-lesson.ts';
import type { ServedLesson } from './lesson.ts';

/** Serves the built page of the lesson in `folder`; `LESSON_DIST` names another place of it than dist/. */
export function serveBuiltPage(folder: string, { app }: ServedLesson): void {
  const dist = process.env['LESSON_DIST'] ?? `${folder}/dist`;
  if (!existsSync(`${dist}/index.html`)) throw errors.pageNotBuilt(basename(folder));
  // Names of built files hold their hash.
  app.use('/assets', express.static(`${dist}/assets`, { immutable: true, maxAge: '1y' }));
  app.use(express.static(dist));
}

/** Of several servers none has the page. */
export function servePageElsewhere(name: string, { app }: ServedLesson): void {
  app.use((_request, response) => response.status(404).send(errors.pageElsewhere(name).message));
}

/**
 * Serves the page of the lesson in `folder` from its sources, with hot reload; returns what ends that.
 * After an edit of the server's code `end` is called, then this process ends with `RESTART`.
 */
export async function servePageFromSource(
  folder: string,
  { app, server }: ServedLesson,
  end: () => Promise<void>,
): Promise<() => Promise<void>> {
  const { createServer } = await import('vite');
  const vite = await createServer({
    configFile: `${folder}/vite.config.ts`,
    // Hot reload speaks over the lesson's own port.
    server: { middlewareMode: true, hmr: { server } },
  });
  app.use(vite.middlewares);
  // The page is reloaded by Vite's client as soon as the new process answers.
  vite.watcher.add([`${folder}/server`, `${folder}/contract.ts`]);
  vite.watcher.on('change', (file) => {
    if (!file.startsWith(`${folder}/server`) && file !== `${folder}/contract.ts`) return;
    console.log(`${basename(file)} changed: the server starts again`);
    void end().finally(() => process.exit(RESTART));
  });
  return () => vite.close();
}
