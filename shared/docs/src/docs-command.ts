import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createCommand, runCommand } from '@practical-signalr/lesson-kit/command-line';
import { docsFolder } from './build-site.ts';
import { errorTexts } from './error-texts.ts';

/** `npm run docs`: serves the documentation until Ctrl-C. */
const command = createCommand(
  'npm run docs',
  '[-- options]',
  'Serves the documentation until Ctrl-C. The environment variable PORT selects another port than 4130.',
).option('--watch', 'show changes of the pages while you write them');
await runCommand(command.action(serveDocs), process.argv.slice(2));

async function serveDocs({ watch }: { watch?: true }): Promise<void> {
  const { portOfEnvironment } = await import('@practical-signalr/lesson-kit');
  let port = 4130;
  try {
    port = portOfEnvironment(port);
    const pages = watch === true ? await watchPages(port) : await servePages(port);
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.once(signal, pages.close);
    }
    console.log(`Documentation: open http://localhost:${pages.port}/docs/ (Ctrl-C stops it)`);
  } catch (error) {
    const isPortInUse = (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
    console.error(isPortInUse ? errorTexts.portInUse(port) : (error as Error).message);
    process.exitCode = 1;
  }
}

/** Pages that are served until `close` is called. */
interface ServedPages {
  /** Not 0, which selects a free port. */
  readonly port: number;
  readonly close: () => void;
}

async function servePages(port: number): Promise<ServedPages> {
  // The help needs none of this.
  const { default: express } = await import('express');
  const { docsRouter } = await import('./docs-router.ts');
  const app = express().disable('x-powered-by').use('/docs', docsRouter());
  app.get('/', (_request, response) => response.redirect('/docs/'));
  const server = createServer(app).listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Starts the development server of VitePress. */
async function watchPages(port: number): Promise<ServedPages> {
  const { createServer: createVitePress } = await import('vitepress');
  const server = await createVitePress(docsFolder, { port, host: '127.0.0.1', strictPort: true });
  await server.listen();
  return {
    port: server.config.server.port,
    close: () => void server.close(),
  };
}
