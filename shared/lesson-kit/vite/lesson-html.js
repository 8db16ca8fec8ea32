import { join } from 'node:path';
import { codeExcerpt } from './code-excerpt.js';
import { lessonBar } from './lesson-bar.js';

/**
 * @param {string} folder
 * @returns {import('vite').Plugin}
 */
export function lessonHtml(folder) {
  /** Files whose lines are on a page; an edit reloads it. */
  const files = new Set();
  return {
    name: 'lesson-html',
    configureServer({ watcher, ws }) {
      watcher.on('change', (file) => {
        if (files.has(file.replaceAll('\\', '/'))) ws.send({ type: 'full-reload' });
      });
    },
    transformIndexHtml: {
      order: 'pre',
      handler(html, { server }) {
        return html.replaceAll(
          /<(lesson-bar|code-excerpt)([^>]*)><\/\1>/g,
          (_element, name, attributesText) => {
            const attributes = readAttributes(attributesText);
            if (name === 'lesson-bar') return lessonBar(folder, attributes);
            for (const file of [attributes.file, attributes.before]) {
              if (file === undefined) continue;
              files.add(join(folder, file).replaceAll('\\', '/'));
              server?.watcher.add(join(folder, file));
            }
            return codeExcerpt(folder, attributes);
          },
        );
      },
    },
  };
}

/**
 * @param {string} text
 * @returns {Record<string, string>}
 */
function readAttributes(text) {
  return Object.fromEntries(
    [...text.matchAll(/([\w-]+)(?:="([^"]*)")?/g)].map(([, name, value = '']) => [
      name,
      value.replaceAll('&quot;', '"').replaceAll('&lt;', '<').replaceAll('&amp;', '&'),
    ]),
  );
}
