import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../lessons/sections.ts';

/** A folder with lessons for tests. */
export interface FakeLessons {
  readonly folder: string;
  folderOf(number: number): string;
  remove(): void;
}

/** Code that prints the line by which the home knows that a lesson is ready. */
export const READY =
  'console.log(`Lesson 3 is ready: open http://localhost:${process.env.PORT} in two tabs`);';
/** Code that keeps a lesson running until it is stopped. */
export const ALIVE = 'setInterval(() => undefined, 1000);';

/** Creates lessons below node_modules, where they find the packages. `remove` deletes them. */
export function fakeLessons(sources: Record<number, string>, readme = ''): FakeLessons {
  const parent = join(root, 'node_modules/.cache');
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(join(parent, 'lessons-'));
  const folderOf = (number: number): string => join(folder, `0${number}-fake`);
  for (const [number, source] of Object.entries(sources)) {
    mkdirSync(join(folderOf(Number(number)), 'server'), { recursive: true });
    writeFileSync(join(folderOf(Number(number)), 'server/main.ts'), source);
    writeFileSync(join(folderOf(Number(number)), 'package.json'), '{ "type": "module" }');
    writeFileSync(join(folderOf(Number(number)), 'README.md'), readme);
  }
  return { folder, folderOf, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
