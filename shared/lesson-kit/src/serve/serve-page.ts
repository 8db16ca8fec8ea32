import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import express from 'express';
import type { ViteDevServer } from 'vite';
import { errors } from '../errors.ts';
import { RESTART } from '../run/run-lesson.ts';
import type { ServedLesson } from './lesson.ts';
import { isServerFile, watchedPaths } from './server-files.ts';

/**
 * Serves the built pages of the lesson in `folder`: the lesson at `/`, and its lab at `/lab/` if
 * there is one. The environment variable `LESSON_DIST` replaces dist/.
 */
export function serveBuiltPage(folder: string, { app }: ServedLesson): void {
  const dist = process.env['LESSON_DIST'] ?? `${folder}/dist`;
  if (!existsSync(`${dist}/index.html`)) throw errors.pageNotBuilt(basename(folder));
  // The names of built files contain their hash.
  for (const assets of ['/assets', '/lab/assets']) {
    app.use(assets, express.static(dist + assets, { immutable: true, maxAge: '1y' }));
  }
  app.use(express.static(dist));
}

/** Answers requests for the page on an instance that does not serve the page, with status 404. */
export function servePageElsewhere(name: string, { app }: ServedLesson): void {
  app.use((_request, response) => response.status(404).send(errors.pageElsewhere(name).message));
}

/**
 * Serves the pages of the lesson in `folder` from their sources, with hot reload. After an edit of
 * the server's code it calls `end`, then this process exits with `RESTART`.
 * @returns a function that closes Vite.
 */
export async function servePageFromSource(
  folder: string,
  { app, server }: ServedLesson,
  end: () => Promise<void>,
): Promise<() => Promise<void>> {
  const { createServer } = await import('vite');
  const { labConfig } = await import('../../vite/lesson-config.js');
  // Hot reload uses the lesson's own port.
  const middleware = { middlewareMode: true, hmr: { server } } as const;
  const vite = await createServer({ configFile: `${folder}/vite.config.ts`, server: middleware });
  let lab: Promise<ViteDevServer> | undefined;
  if (existsSync(`${folder}/lab/index.html`)) {
    app.get('/lab', (request, response, next) => {
      if (request.path === '/lab') response.redirect('/lab/');
      else next();
    });
    // Vite would answer '/' too. The lab's Vite starts with the first request, so that a lesson
    // starts sooner.
    app.use(async (request, response, next) => {
      if (!request.path.startsWith('/lab/')) return next();
      lab ??= createServer({ ...labConfig(folder), configFile: false, server: middleware });
      (await lab).middlewares(request, response, next);
    });
  }
  app.use(vite.middlewares);
  // Vite's client reloads the page as soon as the new process responds.
  vite.watcher.add(watchedPaths(folder));
  let isRestarting = false;
  vite.watcher.on('all', (event, file) => {
    if (isRestarting || !['add', 'change', 'unlink'].includes(event)) return;
    if (!isServerFile(folder, file)) return;
    isRestarting = true;
    console.log(`${basename(file)} changed: the server restarts`);
    void end().finally(() => process.exit(RESTART));
  });
  return async () => {
    await (await lab)?.close();
    await vite.close();
  };
}
