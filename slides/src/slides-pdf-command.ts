import { fileURLToPath } from 'node:url';
import { hasChromium, launchChromium } from '@practical-signalr/lesson-kit/testing';
import { deckNames } from './deck-names.ts';
import { errorTexts } from './error-texts.ts';
import { printDecks } from './print-decks.ts';

/** `npm run slides:pdf`: a PDF of each deck in slides/pdf; names of decks as arguments print those alone. */
const asked = process.argv.slice(2);
const unknown = asked.find((name) => !deckNames().includes(name));
if (unknown !== undefined) {
  console.error(errorTexts.noDeckToPrint(unknown, deckNames()));
  process.exitCode = 1;
} else if (hasChromium()) {
  const browser = await launchChromium();
  const folder = fileURLToPath(new URL('../pdf/', import.meta.url));
  await printDecks(browser, folder, asked.length > 0 ? asked : deckNames(), (file) =>
    console.log(file),
  );
  await browser.close();
} else {
  console.error(errorTexts.browserMissing);
  process.exitCode = 1;
}
