import type { MarkdownRenderer } from 'vitepress';

/** Between the words of a name: `sendTimeout`, `connectionTokens.keys`, `ERR_SIGNALR_X`. */
const WORD_BOUNDARY = /(?<=[a-z\d])(?=[A-Z])|(?<=\w[._/])(?=\w)/g;

/**
 * Lets browsers break names in the cells of tables between their words. Narrow columns would
 * otherwise make the table scroll, or break names inside a word.
 */
export function breakNamesInTables(markdown: MarkdownRenderer): void {
  markdown.core.ruler.push('names', ({ tokens }) => {
    let isInTable = false;
    for (const { type, children } of tokens) {
      if (type === 'table_open') isInTable = true;
      if (type === 'table_close') isInTable = false;
      if (!isInTable) continue;
      for (const child of children ?? [])
        if (child.type === 'code_inline') child.meta = { isBreakable: true };
    }
  });
  const renderCode = markdown.renderer.rules.code_inline;
  if (renderCode === undefined) return;
  markdown.renderer.rules.code_inline = (tokens, index, ...rest) => {
    const html = renderCode(tokens, index, ...rest);
    const meta = tokens[index]?.meta as { readonly isBreakable?: boolean } | null | undefined;
    if (meta?.isBreakable !== true) return html;
    return html.replace(/(?<=>)[^<]+(?=<)/, (text) => text.replaceAll(WORD_BOUNDARY, '<wbr>'));
  };
}
