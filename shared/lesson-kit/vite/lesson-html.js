import { join } from 'node:path';
import { codeExcerpt, siblingOf } from './code-excerpt.js';
import { lessonBar } from './lesson-bar.js';
import { lessonDrawing } from './lesson-drawing.js';
import { lessonGoal, lessonTitle } from './lesson-goal.js';

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
        const isLab = html.includes('<lesson-bar lab');
        return html.replaceAll(
          /<(lesson-bar|lesson-drawing|lesson-goal|code-excerpt|title)([^>]*)><\/\1>/g,
          (_element, name, attributesText) => {
            const attributes = readAttributes(attributesText);
            if (name === 'title') return `<title>${lessonTitle(folder, isLab)}</title>`;
            if (name === 'lesson-drawing') return lessonDrawing(attributes['name'] ?? '');
            if (name === 'lesson-goal') return lessonGoal(folder);
            if (name === 'lesson-bar') return lessonBar(folder, attributes);
            for (const name of [attributes.file, attributes.before]) {
              if (name === undefined) continue;
              const file = siblingOf(attributes.file ?? '', name);
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
