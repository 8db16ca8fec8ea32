import { basename, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { errors } from '../errors.ts';

/** The number of a lesson, from the URL of a file in its server/. */
export function lessonNumber(url: string | URL): number {
  const folder = basename(dirname(dirname(fileURLToPath(url))));
  const number = Number(/^\d+/.exec(folder)?.[0]);
  if (Number.isNaN(number)) throw errors.noLessonNumber(folder);
  return number;
}

/**
 * A fixed port beside a lesson's own, or 0, a free one, where the lesson runs on another port than its own: so two of it can run.
 * @param url of a file in its server/.
 * @example portBeside(import.meta.url, 8888);
 */
export function portBeside(url: string | URL, port: number): number {
  const own = String(4100 + lessonNumber(url));
  return (process.env['PORT'] ?? own) === own ? port : 0;
}
