import { fileURLToPath } from 'node:url';
import { createCommand, runCommand } from '@practical-signalr/lesson-kit/command-line';
import { deckNames } from './deck-names.ts';
import { errorTexts } from './error-texts.ts';

/** `npm run slides:pdf`: prints decks as PDF files to slides/pdf. */
const command = createCommand(
  'npm run slides:pdf',
  '[-- decks...]',
  'Prints each deck as a PDF file to slides/pdf.',
);
command.argument('[decks...]', 'names of the decks to print, for example 03-basics').action(print);
await runCommand(command, process.argv.slice(2));

async function print(decks: readonly string[]): Promise<void> {
  const unknown = decks.find((name) => !deckNames().includes(name));
  if (unknown !== undefined) {
    console.error(errorTexts.noDeckToPrint(unknown, deckNames()));
    process.exitCode = 1;
    return;
  }
  const { hasChromium, launchChromium } = await import('@practical-signalr/lesson-kit/testing');
  const { printDecks } = await import('./print-decks.ts');
  if (!hasChromium()) {
    console.error(errorTexts.browserMissing);
    process.exitCode = 1;
    return;
  }
  const browser = await launchChromium();
  const folder = fileURLToPath(new URL('../pdf/', import.meta.url));
  await printDecks(browser, folder, decks.length > 0 ? decks : deckNames(), (file) =>
    console.log(file),
  );
  await browser.close();
}
