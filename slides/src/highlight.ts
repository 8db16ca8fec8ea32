import { common, createLowlight } from 'lowlight';

// As in the diff viewer. shiki colours as well, and adds 20 MB to every install.
const lowlight = createLowlight(common);

/** A piece of a line, and what it is: `keyword`, `string`, … */
export interface CodeToken {
  readonly content: string;
  readonly kind: string | undefined;
}

type Nodes = ReturnType<typeof lowlight.highlight>['children'];

/** The tokens of each line of code; a language that is not known is plain text. */
export function highlight(code: string, language: string): CodeToken[][] {
  if (!lowlight.registered(language)) return code.split('\n').map((content) => [{ content, kind: undefined }]);
  const lines: CodeToken[][] = [[]];
  const walk = (nodes: Nodes, kind?: string): void => {
    for (const node of nodes) {
      if (node.type === 'element') walk(node.children as Nodes, kindOf(node.properties.className) ?? kind);
      if (node.type !== 'text') continue;
      node.value.split('\n').forEach((content, index) => {
        if (index > 0) lines.push([]);
        if (content !== '') lines.at(-1)!.push({ content, kind });
      });
    }
  };
  walk(lowlight.highlight(language, code).children);
  return lines;
}

/** `['hljs-title', 'function_']` is a title. */
const kindOf = (names: unknown): string | undefined =>
  Array.isArray(names) ? /^hljs-([\w-]+)$/.exec(String(names[0]))?.[1] : undefined;

/** Text as HTML. */
export const escapeHtml = (text: string): string =>
  text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
