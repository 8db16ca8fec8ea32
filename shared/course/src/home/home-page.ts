import { fileURLToPath } from 'node:url';
import { lessonConfig } from '@practical-signalr/lesson-kit/vite';
import { Router } from 'express';

const course = fileURLToPath(new URL('../../', import.meta.url));

/** What Vite has built; its own type of it is a union with its watcher. */
interface Built {
  readonly output: readonly (
    | { readonly type: 'chunk'; readonly fileName: string; readonly code: string }
    | { readonly type: 'asset'; readonly fileName: string; readonly source: string | Uint8Array }
  )[];
}

/** The page may load and reach its own server only; no other page may frame it. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self' ws://localhost:* ws://127.0.0.1:*",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** The files of a page, or their coming, by its folder: one build for all homes of a process. */
const built = new Map<string, Promise<ReadonlyMap<string, string | Buffer>>>();

/**
 * Serves the page of the home, client/ of the package in `folder`, bundled by Vite into memory. A bundle rather than Vite's
 * development server: it is there after one build of some hundred ms, it needs no file beside the sources, and nothing but the
 * home's own scripts may run in a page that can start processes. A request before the build is done waits for it.
 */
export function homePage(folder = course): Router {
  const building = built.get(folder) ?? buildPage(folder);
  built.set(folder, building);
  building.catch(() => built.delete(folder)); // each request that waits for it gets the error
  const router = Router();
  router.get('/{*path}', async (request, response, next) => {
    const file = request.path === '/' ? '/index.html' : request.path;
    const content = (await building).get(file.slice(1));
    if (content === undefined) return next();
    response.type(file.slice(file.lastIndexOf('.')));
    if (file === '/index.html')
      response.set({ 'content-security-policy': policy, 'cache-control': 'no-cache' });
    else response.set('cache-control', 'public, max-age=31536000, immutable'); // its name holds its hash
    response.send(content);
  });
  return router;
}

/** Files of the built page by their names. */
async function buildPage(folder: string): Promise<ReadonlyMap<string, string | Buffer>> {
  const { build } = await import('vite');
  const config = lessonConfig(folder);
  const built = (await build({
    ...config,
    configFile: false,
    logLevel: 'error',
    build: { ...config.build, write: false },
  })) as unknown as Built;
  return new Map(
    built.output.map((file) => {
      const content = file.type === 'chunk' ? file.code : file.source;
      return [file.fileName, typeof content === 'string' ? content : Buffer.from(content)];
    }),
  );
}
