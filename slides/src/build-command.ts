import { fileURLToPath } from 'node:url';
import { buildSlides } from './build-slides.ts';

/** The slides' part of `npm run build`: a site of files in dist/site. Fails with the sentence that names what is gone. */
try {
  buildSlides(fileURLToPath(new URL('../dist/site/', import.meta.url)));
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
