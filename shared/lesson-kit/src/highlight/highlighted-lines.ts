import type { ElementContent, RootContent } from 'hast';
import { highlighter } from './highlighter.ts';

/** A piece of a line in one colour. */
export interface CodeToken {
  readonly text: string;
  /** Classes of Prism, for example `token keyword`. */
  readonly className: string | undefined;
}

/**
 * Lines of code in coloured pieces; a language that is not known is plain text. The colours come from a class, so that they follow dark
 * mode and a strict CSP.
 */
export function highlightedLines(text: string, language: string): CodeToken[][] {
  const lines: CodeToken[][] = [[]];
  const add = (value: string, className?: string): void => {
    for (const [at, part] of value.split('\n').entries()) {
      if (at > 0) lines.push([]);
      if (part !== '') lines.at(-1)?.push({ text: part, className });
    }
  };
  const walk = (nodes: readonly (RootContent | ElementContent)[], className?: string): void => {
    for (const node of nodes) {
      if (node.type === 'text') add(node.value, className);
      else if (node.type === 'element')
        walk(node.children, coloured([node.properties.className].flat().join(' ')));
    }
  };
  if (highlighter.registered(language)) walk(highlighter.highlight(text, language).children);
  else add(text);
  return lines;
}

/** Signs between words have the colour of the text. */
const coloured = (classes: string): string | undefined =>
  /^token (operator|punctuation|interpolation|interpolation-punctuation punctuation)$/.test(classes)
    ? undefined
    : classes;
