import { extname } from 'node:path';
import type { ElementContent, RootContent } from 'hast';
import { common, createLowlight } from 'lowlight';

/** A piece of a line in one colour. */
export interface Token {
  readonly text: string;
  /** A class of highlight.js, for example `hljs-keyword`. */
  readonly className: string | undefined;
}

const lowlight = createLowlight(common);

/** A file's lines in coloured pieces. The colours come from a class, so that they follow dark mode and a strict CSP. */
export function highlightedLines(file: string, text: string): Token[][] {
  const language = extname(file).slice(1);
  const lines: Token[][] = [[]];
  const add = (value: string, className?: string): void => {
    for (const [at, part] of value.split('\n').entries()) {
      if (at > 0) lines.push([]);
      if (part !== '') lines.at(-1)?.push({ text: part, className });
    }
  };
  const walk = (nodes: readonly (RootContent | ElementContent)[], className?: string): void => {
    for (const node of nodes) {
      if (node.type === 'text') add(node.value, className);
      else if (node.type === 'element') walk(node.children, String([node.properties.className].flat()[0] ?? className));
    }
  };
  if (lowlight.registered(language)) walk(lowlight.highlight(language, text).children);
  else add(text);
  return lines;
}
