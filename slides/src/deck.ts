import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import MarkdownIt from 'markdown-it';
import { codeBlock } from './code/code-block.ts';
import { errorTexts } from './error-texts.ts';
import { escapeHtml } from './escape-html.ts';

const folder = fileURLToPath(new URL('../', import.meta.url));

/** One slide of a deck. */
export interface Slide {
  readonly title: string;
  /** What the audience sees, as HTML. */
  readonly html: string;
  /** What the speaker sees, as HTML. */
  readonly notes: string;
}

/** The slides of a section of the course. */
export interface Deck {
  /** The name of its Markdown file, such as `03-basics`. */
  readonly name: string;
  /** The heading of its first slide. */
  readonly title: string;
  readonly slides: readonly Slide[];
}

/**
 * Builds a deck from its Markdown. Slides are separated by `---`, and the notes of a slide follow a
 * line `Note:`. A fenced block shows source code (see {@link codeBlock}). An image is a drawing
 * that becomes part of the page, so it follows dark mode.
 * @throws Error that names the deck, the slide and the cause, for example a missing region or
 * missing notes.
 */
export function buildDeck(name: string, decks = `${folder}decks`): Deck {
  const file = `${decks}/${name}.md`;
  if (!existsSync(file)) throw new Error(errorTexts.noSuchDeck(name));
  return parseDeck(name, readFileSync(file, 'utf8').replaceAll('\r\n', '\n'));
}

/** Builds a deck from the text of its Markdown. */
export function parseDeck(name: string, markdown: string): Deck {
  const slides = markdown.split(/^---$/m).map((text, index): Slide => {
    const title = /^##? (.+)$/m.exec(text)?.[1] ?? '';
    try {
      if (title === '') throw new Error(errorTexts.titleMissing);
      const [shown = '', notes = ''] = text.split(/^Note:$/m);
      if (notes.trim() === '') throw new Error(errorTexts.notesMissing);
      return { title, html: renderer.render(shown), notes: renderer.render(notes) };
    } catch (error) {
      throw new Error(errorTexts.onSlide(name, index + 1, title, (error as Error).message), {
        cause: error,
      });
    }
  });
  return { name, title: slides[0]?.title ?? name, slides };
}

const renderer = new MarkdownIt({ typographer: false });
renderer.renderer.rules.fence = (tokens, index) => {
  const { info, content } = tokens[index]!;
  return codeBlock(info, content);
};
renderer.renderer.rules.image = (tokens, index) => {
  const { attrs, content } = tokens[index]!;
  const file = String(attrs?.find(([key]) => key === 'src')?.[1]);
  return drawing(file, escapeHtml(content));
};

function drawing(file: string, alternative: string): string {
  const path = `${folder}drawings/${file}`;
  if (!existsSync(path)) throw new Error(errorTexts.drawingGone(file));
  return readFileSync(path, 'utf8').replace('<svg', `<svg role="img" aria-label="${alternative}"`);
}
