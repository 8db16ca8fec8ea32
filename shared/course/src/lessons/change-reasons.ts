import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import MarkdownIt from 'markdown-it';

/** Why files changed, from the section "What changed since the last lesson" of a README. */
export interface ChangeReason {
  readonly lesson: number;
  /** The files that it explains. Empty if it is about the whole step. `lab/` means the lab. */
  readonly files: readonly string[];
  /** One line of Markdown. */
  readonly text: string;
  /** Whether its files are the idea of the lesson. */
  readonly isIdea: boolean;
}

// HTML in Markdown is disabled, so that the text of a README cannot add elements to the page.
const markdown = new MarkdownIt({ html: false });
/** `- \`file\`, \`file\`: why` */
const entry = /^((?:`[^`]+`(?:,\s*)?)+):\s+(.+)$/s;

/**
 * Returns the entries of the section "What changed since the last lesson" in the README of
 * `folder`, in their order. The files of the first entry are the idea, and so are those of an
 * entry whose reason starts with bold text. Returns an empty array if there is no such section.
 */
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
  const entries = tokens
    .slice(start + 1, end === -1 ? undefined : end)
    .filter(({ type }) => type === 'inline')
    .map(({ content }) => {
      const [, names = '', text = content] = entry.exec(content) ?? [];
      const files = [...names.matchAll(/`([^`]+)`/g)].map(([, name]) => name ?? '');
      return { lesson, files, text: text.replaceAll('\n', ' ') };
    });
  const first = entries.find(({ files }) => files.length > 0);
  return entries.map((each) => ({
    ...each,
    isIdea: each === first || (each.files.length > 0 && each.text.startsWith('**')),
  }));
}

/** Returns a reason as HTML: its Markdown is rendered, everything else is escaped. */
export const reasonHtml = (text: string): string => markdown.renderInline(text);
