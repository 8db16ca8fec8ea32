import { createHighlighterCore, type HighlighterCore } from 'shiki/core';
import { createJavaScriptRegexEngine } from 'shiki/engine/javascript';

const themes = { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' } as const;

let loading: Promise<HighlighterCore> | undefined;

/** shiki with the languages of the course and without WebAssembly; loaded once, when it is first needed. */
export function loadHighlighter(): Promise<HighlighterCore> {
  loading ??= createHighlighterCore({
    engine: createJavaScriptRegexEngine(),
    themes: [
      import('shiki/themes/github-light-high-contrast.mjs'),
      import('shiki/themes/github-dark-high-contrast.mjs'),
    ],
    langs: [
      import('shiki/langs/typescript.mjs'),
      import('shiki/langs/csharp.mjs'),
      import('shiki/langs/html.mjs'),
      import('shiki/langs/css.mjs'),
      import('shiki/langs/json.mjs'),
      import('shiki/langs/shellscript.mjs'),
      import('shiki/langs/markdown.mjs'),
    ],
  });
  return loading;
}

/**
 * Code as HTML that follows the colour scheme of the page; a language that the course does not use is plain text.
 * `inline` leaves out the block around it.
 */
export async function highlighted(code: string, language: string, inline = false): Promise<string> {
  const highlighter = await loadHighlighter();
  return highlighter.codeToHtml(code, {
    lang: highlighter.getLoadedLanguages().includes(language) ? language : 'text',
    themes,
    defaultColor: 'light-dark()',
    tabindex: false, // the page makes a box that can be scrolled
    structure: inline ? 'inline' : 'classic',
  });
}
