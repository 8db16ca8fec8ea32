import { createCssVariablesTheme, createHighlighterCore } from 'shiki/core';
import { createOnigurumaEngine } from 'shiki/engine/oniguruma';

const theme = createCssVariablesTheme({ name: 'course', fontStyle: false });
const highlighter = await createHighlighterCore({
  themes: [theme],
  langs: [import('shiki/langs/typescript.mjs'), import('shiki/langs/json.mjs'), import('shiki/langs/html.mjs')],
  engine: createOnigurumaEngine(import('shiki/wasm')),
});

/** Languages that are coloured; everything else is plain text. */
const languages: Record<string, string> = { ts: 'typescript', json: 'json', html: 'html' };

/** A piece of a line, and what it is: `keyword`, `string`, … */
export interface CodeToken {
  readonly content: string;
  readonly kind: string | undefined;
}

/** The tokens of each line of code. */
export function highlight(code: string, language: string): CodeToken[][] {
  const lang = languages[language] ?? 'text';
  return highlighter
    .codeToTokensBase(code, { lang, theme: 'course' })
    .map((line) =>
      line.map(({ content, color = '' }) => ({ content, kind: /^var\(--shiki-token-([\w-]+)\)$/.exec(color)?.[1] })),
    );
}

/** Text as HTML. */
export const escapeHtml = (text: string): string =>
  text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
