/** One passage of text that a user reads. */
export interface Passage {
  readonly file: string;
  readonly line: number;
  readonly text: string;
}

/** Source files whose strings are shown to users: errors, log messages and pages. */
const sourceWithTexts =
  /(^|\/)(errors|error-texts|log-messages|wire-messages)\.ts$|^lessons\/[^/]+\/(client|lab|server)\/.*\.ts$|^shared\/course\/client\/.*\.ts$|^shared\/course\/src\/(diff-viewer|commands)\/.*\.ts$|^shared\/lesson-kit\/src\/(page|wire|serve|run|instances)\/.*\.ts$/;
const markdown =
  /(^|\/)README\.md$|^slides\/decks\/.*\.md$|^shared\/docs\/(?!reference\/api\/).*\.md$|^CONTRIBUTING\.md$/;
const page = /^(lessons|slides|shared\/course)\/.*\.html$/;
const test = /\.test\.ts$/;

/** Returns whether users read text of this file. */
export const isUserFacing = (file: string): boolean =>
  !test.test(file) && (markdown.test(file) || page.test(file) || sourceWithTexts.test(file));

/** Returns the passages of a file that users read: no code, no comments, no markup. */
export function passagesOf(file: string, content: string): Passage[] {
  let text = content;
  if (markdown.test(file)) text = proseOfMarkdown(content);
  else if (page.test(file)) text = proseOfHtml(content);
  else text = stringsOfSource(content);
  return text
    .split('\n')
    .map((line, index) => ({ file, line: index + 1, text: line.trim() }))
    .filter((passage) => passage.text !== '');
}

/** Replaces a match by its line breaks, so that the other lines keep their numbers. */
const blank = (match: string): string => ' ' + match.replaceAll(/[^\n]/g, '');

const proseOfMarkdown = (content: string): string =>
  content
    .replaceAll(/^(```+)[^]*?^\1/gm, blank)
    .replaceAll(/<!--[^]*?-->/g, blank)
    .replaceAll(/(?<!`)(`+)(?!`)[^]*?(?<!`)\1(?!`)/g, blank)
    .replaceAll(/\]\([^)]*\)/g, ']')
    .replaceAll(/<[^>]*>/g, blank);

const proseOfHtml = (content: string): string =>
  content
    .replaceAll(/<!--[^]*?-->|<(script|style|code|pre)\b[^]*?<\/\1>/g, blank)
    // The values of these attributes are shown or read aloud.
    .replaceAll(/\b(?:aria-label|title|placeholder|alt)="([^"]*)"/g, '>$1<')
    .replaceAll(/<[^>]*>/g, blank);

/** Returns the string literals that contain several words. Everything else becomes blank. */
function stringsOfSource(content: string): string {
  const literal =
    /\/\/[^\n]*|\/\*[^]*?\*\/|'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)"|`((?:[^`\\]|\\.)*)`/g;
  let strings = '';
  let end = 0;
  for (const match of content.matchAll(literal)) {
    const [whole, single, double, template] = match;
    const value = (single ?? double ?? template ?? '').replaceAll(/\$\{[^}]*\}/g, 'X');
    strings += blank(content.slice(end, match.index));
    strings += /\w+ \w+/.test(value) ? ` ${value} ` : blank(whole);
    end = match.index + whole.length;
  }
  return strings;
}
