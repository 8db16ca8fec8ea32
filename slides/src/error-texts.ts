/** The error messages for people who write or show slides. */
export const errorTexts = {
  sourceGone: (file: string) => `The file '${file}' does not exist. Correct its path.`,
  regionGone: (file: string, region: string) =>
    `No line of '${file}' contains the region '${region}'. Use the text of an existing line.`,
  regionNotUnique: (file: string, region: string, count: number) =>
    `The region '${region}' is in ${count} lines of '${file}'. Use more of the line.`,
  regionEndGone: (file: string, region: string) =>
    `The region '${region}' of '${file}' has no end. Correct the text after the dots.`,
  codeWithoutSource: (language: string) =>
    `A block of '${language}' names no file. Add the file whose code it shows after the language.`,
  drawingGone: (file: string) => `The drawing '${file}' does not exist. Add it to drawings/.`,
  notesMissing: 'It has no speaker notes. Write a line "Note:" and the notes after it.',
  titleMissing: 'It has no heading. Start it with a line "## Title".',
  onSlide: (deck: string, slide: number, title: string, cause: string) =>
    `Deck ${deck}, slide ${slide}${title === '' ? '' : ` (${title})`}: ${cause}`,
  noSuchDeck: (name: string) => `There is no deck '${name}'. Correct its name.`,
  noDeckToPrint: (name: string, decks: readonly string[]) =>
    `There is no deck '${name}'. Omit the name to print all decks, or use one of these: ${decks.join(', ')}.`,
  portInUse: (port: number) =>
    `Port ${port} is in use, probably by another npm run slides. Stop it, or choose another port with the environment variable PORT.`,
  browserMissing:
    'Chromium was not found. Install it, or set the environment variable CHROMIUM_PATH to its path.',
} as const;
