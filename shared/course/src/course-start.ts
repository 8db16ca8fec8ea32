import { portOfEnvironment } from '@practical-signalr/lesson-kit';
import { errorTexts } from './error-texts.ts';
import { startHome } from './home-server.ts';

/** `npm start`: the course home until Ctrl-C, which ends the lessons it started too. */
export async function courseStart(): Promise<number> {
  const port = portOfEnvironment(4100);
  let home: Awaited<ReturnType<typeof startHome>>;
  try {
    home = await startHome(port);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    console.error(errorTexts.portInUse(port));
    return 1;
  }
  console.log(`Course home: open http://localhost:${home.port} (Ctrl-C ends it and every lesson it started)`);
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve());
  });
  await home.close();
  return 0;
}
