import { portOfEnvironment } from '@practical-signalr/lesson-kit';
import { errorTexts } from './error-texts.ts';
import { serveSlides } from './serve-slides.ts';

/** `npm run slides`: shows the slides until Ctrl-C. */
let port = 4120;
try {
  const [unknown] = process.argv.slice(2);
  if (unknown !== undefined) throw new Error(errorTexts.slidesTakeNothing(unknown));
  port = portOfEnvironment(port);
  const slides = await serveSlides(port);
  console.log(`Slides: open ${slides.url} (Ctrl-C ends it)`);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.once(signal, () => void slides.close());
} catch (error) {
  const inUse = (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
  console.error(inUse ? errorTexts.portInUse(port) : (error as Error).message);
  process.exitCode = 1;
}
