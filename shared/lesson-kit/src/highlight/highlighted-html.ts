import { toHtml } from 'hast-util-to-html';
import { highlighter } from './highlighter.ts';

/**
 * Code as HTML whose colours are classes, `token keyword` and the like, so that they follow dark mode and need no style in the page. A
 * language that is not known is plain text.
 */
export const highlightedHtml = (code: string, language: string): string =>
  toHtml(
    highlighter.registered(language)
      ? highlighter.highlight(code, language)
      : { type: 'text', value: code },
  );
