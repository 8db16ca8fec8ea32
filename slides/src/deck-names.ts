import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../', import.meta.url));

/** Returns the names of all decks. The title deck is the first one. */
export const deckNames = (decks = `${folder}decks`): string[] =>
  readdirSync(decks)
    .filter((file) => file.endsWith('.md'))
    .map((file) => file.slice(0, -'.md'.length))
    .sort();
