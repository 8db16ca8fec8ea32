import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { buildDeck } from './deck.ts';
import { deckNames } from './deck-names.ts';
import { deckPage, indexPage } from './deck-page.ts';
import { styleSheet } from '@practical-signalr/lesson-kit';
import { slideAssets } from './slide-assets.ts';

/**
 * Writes all slides to `folder`, after emptying it. Any web server can serve the files, at any
 * path.
 * @throws Error that names the deck, the slide and the region if a deck does not build. Then
 * nothing is written.
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
