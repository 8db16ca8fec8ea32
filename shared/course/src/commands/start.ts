import { portOfEnvironment } from '@practical-signalr/lesson-kit';
import { createCommand } from '@practical-signalr/lesson-kit/command-line';
import type { Command } from 'commander';
import { errorTexts } from '../error-texts.ts';
import { startHome } from '../home/home-server.ts';
import { shouldOpenBrowser } from '../home/should-open-browser.ts';

/** `npm start`: runs the course home until Ctrl-C. */
export const startCommand = (): Command =>
  createCommand(
    'npm start',
    '[-- options]',
    'Starts the course home. The environment variable PORT selects another port than 4100.',
  )
    .option('--no-open', 'do not open a browser')
    .action(async ({ open }: { open: boolean }) => {
      process.exitCode = await start(open);
    });

/** `npm run dev`: runs the course home. The launcher restarts it when its source changes. */
export const devCommand = (): Command =>
  createCommand(
    'npm run dev',
    '',
    'Starts the course home without a browser, and restarts it when its source changes.',
  ).action(async () => {
    process.exitCode = await start(false);
  });

/**
 * Runs the course home until a signal stops it, and with it the lessons that it started. Returns
 * the exit code.
 * @param open whether to open a browser if a user is likely to be at this machine
 */
async function start(open: boolean): Promise<number> {
  const port = portOfEnvironment(4100);
  let home: Awaited<ReturnType<typeof startHome>>;
  try {
    home = await startHome(port);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    console.error(errorTexts.portInUse(port));
    return 1;
  }
  const stopped = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
      process.on(signal, () => resolve()); // a second signal must not interrupt the shutdown
  });
  const address = `http://localhost:${home.port}`;
  console.log(`Course home: open ${address} (Ctrl-C stops it and every lesson that it started)`);
  const { env, platform, stdout } = process;
  if (shouldOpenBrowser({ open, env, platform, isTerminal: stdout.isTTY }))
    void openBrowser(address);
  await stopped;
  await home.close();
  return 0;
}

/**
 * Opens the address in the default browser. Failures are ignored, because the address is printed.
 */
async function openBrowser(address: string): Promise<void> {
  try {
    const { default: open } = await import('open');
    (await open(address)).on('error', () => undefined);
  } catch {
    // No browser can be opened here.
  }
}
