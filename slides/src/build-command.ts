import { fileURLToPath } from 'node:url';
import { buildSlides } from './build-slides.ts';

/**
 * Writes the slides to dist/site, as part of `npm run build`. If a deck does not build, it prints
 * the error and fails.
 */
try {
  buildSlides(fileURLToPath(new URL('../dist/site/', import.meta.url)));
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
