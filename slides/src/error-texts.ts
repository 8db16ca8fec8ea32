/** Every text that somebody who writes or shows slides can see when something is wrong. */
export const errorTexts = {
  sourceGone: (file: string) => `The file ${file}, whose source it shows, is gone.`,
  regionGone: (file: string, region: string) =>
    `The region "${region}" of ${file} is gone: no line contains this text. Name a line that is there.`,
  regionNotUnique: (file: string, region: string, count: number) =>
    `The region "${region}" of ${file} is not clear: ${count} lines contain this text. Take more of the line.`,
  regionEndGone: (file: string, region: string) =>
    `The region "${region}" of ${file} has no end: no line after its first one contains the text after the dots.`,
  codeWithoutSource: (language: string) =>
    `A block of ${language} names no file. Code on slides is a region of the lessons' source: name the file after the language.`,
  drawingGone: (file: string) => `The drawing ${file} is gone.`,
  notesMissing: 'It has no speaker notes. Write a line "Note:" and the notes after it.',
  titleMissing: 'It has no heading.',
  onSlide: (deck: string, slide: number, title: string, cause: string) =>
    `Deck ${deck}, slide ${slide}${title === '' ? '' : ` (${title})`}: ${cause}`,
  noSuchDeck: (name: string) => `There is no deck '${name}'.`,
  noDeckToPrint: (name: string, decks: readonly string[]) =>
    `There is no deck '${name}'. Leave the name out to print all, or take one of these: ${decks.join(', ')}.`,
  portInUse: (port: number) =>
    `Port ${port} is in use, probably by slides that are still shown. End that, or choose another port with the variable PORT.`,
  browserMissing: 'The PDFs need Chromium. Install it, or name it with the variable CHROMIUM_PATH.',
} as const;
