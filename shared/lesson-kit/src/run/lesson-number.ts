import { basename, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { errors } from '../errors.ts';

/** Returns the number of a lesson, from the URL of a file in its `server/`. */
export function lessonNumber(url: string | URL): number {
  const folder = basename(dirname(dirname(fileURLToPath(url))));
  const number = Number(/^\d+/.exec(folder)?.[0]);
  if (Number.isNaN(number)) throw errors.noLessonNumber(folder);
  return number;
}

/**
 * Returns an additional port of a lesson. If the lesson itself does not use its default port,
 * returns 0 (a free port), so that the lesson can run twice.
 * @param url the URL of a file in the lesson's `server/`.
 * @param port the port to use by default.
 * @example portBeside(import.meta.url, 8888);
 */
export function portBeside(url: string | URL, port: number): number {
  const own = String(4100 + lessonNumber(url));
  return (process.env['PORT'] ?? own) === own ? port : 0;
}
