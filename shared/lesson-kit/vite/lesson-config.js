import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { build } from 'vite';
import { lessonFolders } from './lesson-folders.js';
import { lessonHtml } from './lesson-html.js';

/**
 * Returns the Vite configuration of a lesson's page and its lab. This file is JavaScript, because
 * Node 20 cannot load TypeScript from a configuration.
 * @param {string} folder the lesson's folder
 * @returns {import('vite').UserConfig}
 */
export function lessonConfig(folder) {
  return {
    ...pageConfig(folder, 'client'),
    plugins: [lessonHtml(folder), buildLab(folder)],
  };
}

/**
 * Returns the Vite configuration of a lesson's lab, which is a separate page at `/lab/`.
 * @param {string} folder the lesson's folder
 * @returns {import('vite').UserConfig}
 */
export function labConfig(folder) {
  return { ...pageConfig(folder, 'lab'), base: '/lab/', plugins: [lessonHtml(folder)] };
}

/**
 * @param {string} folder
 * @param {'client' | 'lab'} page
 * @returns {import('vite').UserConfig}
 */
function pageConfig(folder, page) {
  return {
    root: join(folder, page),
    // All caches are in the root, so that the folder of a lesson contains only the lesson.
    cacheDir: join(folder, '../../node_modules/.vite', `${basename(folder)}-${page}`),
    // The titles for the links to the neighboring lessons.
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

/**
 * Builds the lab into the folder `lab` of the page's output.
 * @param {string} folder
 * @returns {import('vite').Plugin}
 */
function buildLab(folder) {
  /** @type {import('vite').ResolvedConfig | undefined} */
  let resolved;
  return {
    name: 'lesson-lab',
    apply: 'build',
    configResolved(config) {
      resolved = config;
    },
    async closeBundle() {
      if (resolved === undefined || resolved.build.write === false) return;
      if (!existsSync(join(folder, 'lab/index.html'))) return;
      const lab = labConfig(folder);
      const outDir = join(resolved.build.outDir, 'lab');
      await build({ ...lab, configFile: false, build: { ...lab.build, outDir } });
    },
  };
}
