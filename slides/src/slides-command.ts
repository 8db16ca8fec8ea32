import { errorTexts } from './error-texts.ts';
import { serveSlides } from './serve-slides.ts';

/** `npm run slides`: shows the slides until Ctrl-C. */
const port = Number(process.env['PORT'] ?? 4120);
try {
  const slides = await serveSlides(port);
  console.log(`Slides: open ${slides.url} (Ctrl-C ends it)`);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => void slides.close());
} catch (error) {
  if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
  console.error(errorTexts.portInUse(port));
  process.exitCode = 1;
}
