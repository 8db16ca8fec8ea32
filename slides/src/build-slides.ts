import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { buildDeck } from './deck.ts';
import { deckNames } from './deck-names.ts';
import { deckPage, indexPage } from './deck-page.ts';
import { styleSheet } from '@practical-signalr/lesson-kit';
import { slideAssets } from './slide-assets.ts';

/**
 * Writes all slides to `folder`, which is emptied before: a site of files that any web server can show, at any path.
 * @throws Error that names deck, slide and region when a deck does not build; nothing is written then.
 */
export function buildSlides(folder: string): void {
  const decks = deckNames().map((name) => buildDeck(name));
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const [address, file] of Object.entries(slideAssets)) {
    mkdirSync(join(folder, dirname(address)), { recursive: true });
    copyFileSync(file, join(folder, address));
  }
  writeFileSync(join(folder, 'style.css'), styleSheet());
  writeFileSync(join(folder, 'index.html'), indexPage(decks));
  for (const deck of decks) writeFileSync(join(folder, `${deck.name}.html`), deckPage(deck));
}
