import { existsSync, readFileSync } from 'node:fs';

/** @type {import('./lesson-drawing.d.ts').lessonDrawing} */
export function lessonDrawing(name) {
  const file = new URL(`drawings/${name}.svg`, import.meta.url);
  if (!existsSync(file)) {
    throw new Error(`The drawing '${name}' does not exist. Add it to vite/drawings.`);
  }
  return readFileSync(file, 'utf8');
}
