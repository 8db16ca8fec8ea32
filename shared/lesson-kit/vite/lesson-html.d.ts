import type { Plugin } from 'vite';

/**
 * Fills in the parts of a lesson's page that come from other files: `<lesson-bar>` and
 * `<code-excerpt>`.
 * @param folder the lesson's folder.
 */
export function lessonHtml(folder: string): Plugin;
