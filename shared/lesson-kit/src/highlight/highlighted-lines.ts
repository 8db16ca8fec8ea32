import type { ElementContent, RootContent } from 'hast';
import { highlighter } from './highlighter.ts';

/** A part of a line in one color. */
export interface CodeToken {
  readonly text: string;
  /** The classes of Prism, for example `token keyword`. */
  readonly className: string | undefined;
}

/**
 * Returns the lines of code, split into parts of one color. Colors are classes, so that they follow
 * dark mode and a strict content security policy. Code in an unknown language becomes plain text.
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
        walk(node.children, colored([node.properties.className].flat().join(' ')));
    }
  };
  if (highlighter.registered(language)) walk(highlighter.highlight(text, language).children);
  else add(text);
  return lines;
}

/** Operators and punctuation have the color of the text. */
const colored = (classes: string): string | undefined =>
  /^token (operator|punctuation|interpolation|interpolation-punctuation punctuation)$/.test(classes)
    ? undefined
    : classes;
