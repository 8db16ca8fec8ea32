import { createCommand, runCommand } from '@practical-signalr/lesson-kit/command-line';
import { errorTexts } from './error-texts.ts';

/** `npm run slides`: serves the slides until Ctrl-C. */
const command = createCommand(
  'npm run slides',
  '',
  'Serves the slides until Ctrl-C. The environment variable PORT selects another port than 4120.',
);
await runCommand(command.action(showSlides), process.argv.slice(2));

async function showSlides(): Promise<void> {
  // The help needs none of this.
  const { portOfEnvironment } = await import('@practical-signalr/lesson-kit');
  const { serveSlides } = await import('./serve-slides.ts');
  let port = 4120;
  try {
    port = portOfEnvironment(port);
    const slides = await serveSlides(port);
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
      process.once(signal, () => void slides.close());
    console.log(`Slides: open ${slides.url} (Ctrl-C stops them)`);
  } catch (error) {
    const isPortInUse = (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
    console.error(isPortInUse ? errorTexts.portInUse(port) : (error as Error).message);
    process.exitCode = 1;
  }
}
