import { basename, join } from 'node:path';
import { lessonFolders } from './lesson-folders.js';

/**
 * The Vite configuration of a lesson; plain JavaScript, since Node 20 cannot load TypeScript from a configuration.
 * @param {string} folder the lesson's folder
 * @returns {import('vite').UserConfig}
 */
export function lessonConfig(folder) {
  return {
    root: join(folder, 'client'),
    // One cache for all lessons, in the root: a lesson folder holds nothing but the lesson.
    cacheDir: join(folder, '../../node_modules/.vite', basename(folder)),
    // What a page says of its neighbours.
    define: {
      LESSON_TITLES: JSON.stringify(
        Object.fromEntries(lessonFolders().map(({ number, title }) => [number, title])),
      ),
    },
    clearScreen: false,
    logLevel: 'warn',
    resolve: {
      conditions: ['@practical-signalr/source', 'module', 'browser', 'development|production'],
    },
    build: {
      outDir: join(folder, 'dist'),
      emptyOutDir: true,
      target: 'es2023',
      // @microsoft/signalr marks a string literal as pure. The annotation has no effect.
      rolldownOptions: { checks: { invalidAnnotation: false } },
    },
  };
}
