import { fileURLToPath } from 'node:url';
import { lessonConfig } from '@practical-signalr/lesson-kit/vite';
import { Router } from 'express';

const course = fileURLToPath(new URL('../../', import.meta.url));

/** The result of a build. Vite's own type is a union with its watcher. */
interface Built {
  readonly output: readonly (
    | { readonly type: 'chunk'; readonly fileName: string; readonly code: string }
    | { readonly type: 'asset'; readonly fileName: string; readonly source: string | Uint8Array }
  )[];
}

/** Allows only resources and connections of this server, and no frames. */
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

/** The built files by the folder of their page: one build for all homes of a process. */
const built = new Map<string, Promise<ReadonlyMap<string, string | Buffer>>>();

/**
 * Serves the page of the home: `client/` of the package in `folder`, which Vite bundles in memory.
 * The home does not use Vite's development server, because a page that can start processes must run
 * only its own scripts. The first request starts the build, which takes some hundred ms.
 */
export function homePage(folder = course): Router {
  const router = Router();
  router.get('/{*path}', async (request, response, next) => {
    const file = request.path === '/' ? '/index.html' : request.path;
    const content = (await buildOnce(folder)).get(file.slice(1));
    if (content === undefined) return next();
    response.type(file.slice(file.lastIndexOf('.')));
    if (file === '/index.html')
      response.set({ 'content-security-policy': policy, 'cache-control': 'no-cache' });
    // The name of every other file contains a hash of its content.
    else response.set('cache-control', 'public, max-age=31536000, immutable');
    response.send(content);
  });
  return router;
}

/** Builds the page, unless it is built already. A build that failed is repeated. */
function buildOnce(folder: string): Promise<ReadonlyMap<string, string | Buffer>> {
  const known = built.get(folder);
  if (known !== undefined) return known;
  const building = buildPage(folder);
  built.set(folder, building);
  building.catch(() => built.delete(folder));
  return building;
}

/** Returns the files of the built page by their names. */
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
