import MarkdownIt, { type Token } from 'markdown-it';
import { highlighted } from './highlighter.ts';

/** Markdown as the READMEs of the lessons use it, the HTML of folded answers included. */
export const markdown = MarkdownIt({ html: true });

/** Code that has its colours already; a renderer's rule cannot wait for them. */
type Highlights = ReadonlyMap<Token, string>;

for (const name of ['fence', 'code_inline'] as const) {
  const plain = markdown.renderer.rules[name]!;
  markdown.renderer.rules[name] = (tokens, index, ...rest) => {
    const [, env] = rest;
    return (env?.['highlights'] as Highlights | undefined)?.get(tokens[index]!) ?? plain(tokens, index, ...rest);
  };
}

/** Renders what `markdown.parse` made: code in colours, headings one level deeper, links to the outside in a tab of their own. */
export async function renderMarkdown(tokens: Token[]): Promise<string> {
  const highlights = new Map<Token, string>();
  /** The language of each column: a table of C# beside TypeScript says it in its head. */
  const columns: string[] = [];
  let column = -1;
  for (const token of tokens) {
    if (token.type === 'table_open') columns.length = 0;
    else if (token.type === 'tr_open' || token.type === 'table_close') column = -1;
    else if (token.type === 'th_open' || token.type === 'td_open') column++;
    else if (token.type === 'fence') highlights.set(token, await highlighted(token.content, token.info));
    else if (token.type.startsWith('heading_')) token.tag = `h${Number(token.tag[1]) + 1}`;
    if (token.type !== 'inline') continue;
    if (column === columns.length) columns.push(languageOf(token.content));
    for (const child of token.children ?? []) {
      const language = columns[column] ?? '';
      if (child.type === 'code_inline' && language !== '') {
        highlights.set(child, `<code>${await highlighted(child.content, language, true)}</code>`);
      } else if (child.type === 'link_open' && /^https?:/.test(String(child.attrGet('href')))) {
        child.attrSet('target', '_blank');
        child.attrSet('rel', 'noreferrer');
      }
    }
  }
  return markdown.renderer.render(tokens, markdown.options, { highlights });
}

const languageOf = (heading: string): string => ({ 'C#': 'csharp', TypeScript: 'typescript' })[heading] ?? '';
