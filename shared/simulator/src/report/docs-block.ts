import { errorTexts } from '../error-texts.ts';

const startOf = (name: string): string => `<!-- simulated: ${name} -->`;
const END = '<!-- end of simulated -->';

function positionOf(page: string, name: string): { readonly from: number; readonly to: number } {
  const mark = startOf(name);
  const start = page.indexOf(mark);
  const to = page.indexOf(END, start);
  if (start < 0 || to < 0) throw new Error(errorTexts.noBlock(name));
  return { from: start + mark.length, to };
}

/** Returns the text between the marks of a block of a page. */
export function readBlock(page: string, name: string): string {
  const { from, to } = positionOf(page, name);
  return page.slice(from, to).trim();
}

/** Returns the page with a new text between the marks of a block. */
export function replaceBlock(page: string, name: string, text: string): string {
  const { from, to } = positionOf(page, name);
  return `${page.slice(0, from)}\n\n${text}\n\n${page.slice(to)}`;
}
