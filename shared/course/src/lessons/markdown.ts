import { highlightedHtml } from '@practical-signalr/lesson-kit/highlight';
import MarkdownIt, { type Token } from 'markdown-it';

/** Renders the Markdown of READMEs, including the HTML of folded answers. */
export const markdown = MarkdownIt({ html: true, highlight: highlightedHtml });

/** The languages of inline code, which Markdown cannot express. */
type Languages = ReadonlyMap<Token, string>;

markdown.renderer.rules.code_inline = (tokens, index, _options, env) => {
  const token = tokens[index]!;
  const languages = env?.['languages'] as Languages | undefined;
  return `<code>${highlightedHtml(token.content, languages?.get(token) ?? '')}</code>`;
};

/**
 * Renders parsed Markdown: code has colors, headings are one level deeper, and external links open
 * a new tab.
 */
export function renderMarkdown(tokens: Token[]): string {
  const languages = new Map<Token, string>();
  /** The language of each column, from the head of a table that compares C# and TypeScript. */
  const columns: string[] = [];
  let column = -1;
  for (const token of tokens) {
    if (token.type === 'table_open') columns.length = 0;
    else if (token.type === 'tr_open' || token.type === 'table_close') column = -1;
    else if (token.type === 'th_open' || token.type === 'td_open') column++;
    else if (token.type.startsWith('heading_')) token.tag = `h${Number(token.tag[1]) + 1}`;
    if (token.type !== 'inline') continue;
    if (column === columns.length) columns.push(languageOf(token.content));
    for (const child of token.children ?? []) {
      if (child.type === 'code_inline') languages.set(child, columns[column] ?? '');
      if (child.type !== 'link_open' || !/^https?:/.test(String(child.attrGet('href')))) continue;
      child.attrSet('target', '_blank');
      child.attrSet('rel', 'noreferrer');
    }
  }
  return markdown.renderer.render(tokens, markdown.options, { languages });
}

const languageOf = (heading: string): string =>
  ({ 'C#': 'csharp', TypeScript: 'typescript' })[heading] ?? '';
