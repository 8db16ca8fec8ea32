import { existsSync } from 'node:fs';
import { join } from 'node:path';
import express, { type Request, type Response, type Router } from 'express';
import { buildSite, isSiteCurrent, siteFolder } from './build-site.ts';

/** VitePress uses inline scripts and styles. Nothing is loaded from other hosts. */
const policy = [
  "default-src 'none'",
  "script-src 'self' 'unsafe-inline'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const waitingPage = `<!doctype html>
<html lang="en">
<meta charset="utf-8"><title>Documentation</title><link rel="icon" href="data:,">
<body style="font-family: system-ui; margin: 4rem">
<h1>Building the documentation</h1>
<p>This takes a few seconds, once after each change of the pages. The page reloads by itself.</p>
`;

/**
 * Returns an express router that serves the documentation. If the site is not built or its pages
 * have changed, the first request starts the build, and a page that reloads itself is shown.
 * @example app.use('/docs', docsRouter());
 */
export function docsRouter(): Router {
  const router = express.Router();
  /** Whether the site was current at the last check. Checking reads all pages. */
  let isCurrent = false;
  /** The message of the last build, if it failed. */
  let failure: string | undefined;

  router.use((request, response, next) => {
    response.set('content-security-policy', policy);
    isCurrent ||= isSiteCurrent();
    if (isCurrent) return next();
    return startBuild(request, response);
  });
  router.get('/{*path}', (request, response, next) => {
    // A page and a folder may have the same name, for example reference/api/server.
    const file = join(siteFolder, `${request.path}.html`);
    if (!/^\/[\w/-]*\w$/.test(request.path) || !existsSync(file)) return next();
    return response.sendFile(file, { dotfiles: 'allow' });
  });
  router.use(express.static(siteFolder));
  return router;

  function startBuild(_request: Request, response: Response): void {
    if (failure !== undefined) {
      response.status(500).type('text').send(failure);
      failure = undefined; // the next request builds again
      return;
    }
    buildSite().catch((error: unknown) => {
      failure = (error as Error).message;
    });
    response.set({ refresh: '1', 'cache-control': 'no-store' }).type('html').send(waitingPage);
  }
}
