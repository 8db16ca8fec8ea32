import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the lessons. */
const lessons = fileURLToPath(new URL('../../../lessons', import.meta.url));

/**
 * Returns the lessons of the course, in order. This file is JavaScript for the same reason as
 * lesson-config.js.
 * @param {string} [parent] the folder of all lessons
 * @returns {import('./lesson-folders.js').LessonFolder[]}
 */
export function lessonFolders(parent = lessons) {
  if (!existsSync(parent)) return [];
  return readdirSync(parent)
    .filter((name) => /^\d\d-/.test(name) && existsSync(join(parent, name, 'server/main.ts')))
    .sort()
    .map((name) => {
      const readme = textOf(join(parent, name, 'README.md'));
      const goal =
        /^\*\*Goal\.\*\* ([^]+?)\n(?:\n|$)/m.exec(readme)?.[1]?.replace(/\s+/g, ' ') ?? '';
      return {
        number: Number(name.slice(0, 2)),
        name,
        folder: join(parent, name),
        title: /^# (?:Lesson \d+: )?(.+)$/m.exec(readme)?.[1] ?? name.slice(3),
        goal,
        idea: goal.split(/[:.]/)[0] ?? '',
      };
    });
}

/** @param {string} file */
const textOf = (file) =>
  existsSync(file) ? readFileSync(file, 'utf8').replaceAll('\r\n', '\n') : '';
