import { toHtml } from 'hast-util-to-html';
import { common, createLowlight } from 'lowlight';

const lowlight = createLowlight(common);

/**
 * Code as HTML whose colours are classes, `hljs-keyword` and the like, so that they follow dark mode and need no style in the page. A
 * language that is not known is plain text. lowlight is what the diff viewer and the slides use; shiki would add 20 MB to each install.
 */
export const highlighted = (code: string, language: string): string =>
  toHtml(lowlight.registered(language) ? lowlight.highlight(language, code) : { type: 'text', value: code });
