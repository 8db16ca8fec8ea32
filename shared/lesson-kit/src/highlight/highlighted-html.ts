import { toHtml } from 'hast-util-to-html';
import { highlighter } from './highlighter.ts';

/**
 * Returns code as HTML. Colors are classes such as `token keyword`, so that they follow dark mode
 * and need no inline style. Code in an unknown language becomes plain text.
 */
export const highlightedHtml = (code: string, language: string): string =>
  toHtml(
    highlighter.registered(language)
      ? highlighter.highlight(code, language)
      : { type: 'text', value: code },
  );
