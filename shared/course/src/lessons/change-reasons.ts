import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import MarkdownIt from 'markdown-it';

/** Why something changed, as the README of the lesson says that made the change. */
export interface ChangeReason {
  readonly lesson: number;
  /** The files it speaks of; none for a remark on the whole step. */
  readonly files: readonly string[];
  /** One line of Markdown. */
  readonly text: string;
}

// Without HTML in Markdown: what a README says cannot become a part of the page.
const markdown = new MarkdownIt({ html: false });
/** `- \`file\`, \`file\`: why` */
const entry = /^((?:`[^`]+`(?:,\s*)?)+):\s+(.+)$/s;

/** The list "What changed since the last lesson" of one lesson's README; empty without README or list. */
export function changeReasons(lesson: number, folder: string): ChangeReason[] {
  const readme = join(folder, 'README.md');
  const tokens = existsSync(readme) ? markdown.parse(readFileSync(readme, 'utf8'), {}) : [];
  const start = tokens.findIndex(
    ({ type, content }, at) =>
      tokens[at - 1]?.type === 'heading_open' &&
      type === 'inline' &&
      content.startsWith('What changed'),
  );
  if (start === -1) return [];
  const end = tokens.findIndex(({ type }, at) => at > start && type === 'heading_open');
  return tokens
    .slice(start + 1, end === -1 ? undefined : end)
    .filter(({ type }) => type === 'inline')
    .map(({ content }) => {
      const [, names = '', text = content] = entry.exec(content) ?? [];
      return {
        lesson,
        files: [...names.matchAll(/`([^`]+)`/g)].map(([, name]) => name ?? ''),
        text: text.replaceAll('\n', ' '),
      };
    });
}

/** A reason as HTML: the Markdown of one line, everything else escaped. */
export const reasonHtml = (text: string): string => markdown.renderInline(text);
