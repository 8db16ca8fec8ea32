import { portOfEnvironment } from '@practical-signalr/lesson-kit';
import { errorTexts } from '../error-texts.ts';
import { startHome } from '../home/home-server.ts';
import { opensBrowser } from '../home/opens-browser.ts';

/**
 * `npm start`: the course home until Ctrl-C, which ends the lessons it started too. Opens it in the browser where somebody
 * sits in front of it; `-- --no-open` does not.
 */
export async function courseStart(...args: string[]): Promise<number> {
  const unknown = args.find((argument) => argument !== '--no-open');
  if (unknown !== undefined) {
    console.error(errorTexts.startKnows(unknown));
    return 1;
  }
  const port = portOfEnvironment(4100);
  let home: Awaited<ReturnType<typeof startHome>>;
  try {
    home = await startHome(port);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    console.error(errorTexts.portInUse(port));
    return 1;
  }
  const address = `http://localhost:${home.port}`;
  console.log(`Course home: open ${address} (Ctrl-C ends it and every lesson it started)`);
  const { env, platform, stdout } = process;
  if (opensBrowser({ args, env, platform, isTerminal: stdout.isTTY })) void openBrowser(address);
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
      process.once(signal, () => resolve());
  });
  await home.close();
  return 0;
}

/** The address is printed: whoever has no browser that can be opened loses nothing. */
async function openBrowser(address: string): Promise<void> {
  try {
    const { default: open } = await import('open'); // knows how on Windows, macOS, Linux and WSL
    (await open(address)).on('error', () => undefined);
  } catch {
    // As above.
  }
}
