import { fileURLToPath } from 'node:url';

/** The files that the pages of slides load, by their address in the page. */
export const slideAssets: Readonly<Record<string, string>> = {
  'course-line.css': fileURLToPath(
    import.meta.resolve('@practical-signalr/lesson-kit/course-line.css'),
  ),
  'deck.css': fileURLToPath(new URL('../client/deck.css', import.meta.url)),
  'deck.js': fileURLToPath(new URL('../client/deck.js', import.meta.url)),
  'reveal/reveal.css': fileURLToPath(import.meta.resolve('reveal.js/reveal.css')),
  'reveal/reveal.mjs': fileURLToPath(import.meta.resolve('reveal.js')),
  'reveal/notes.mjs': fileURLToPath(import.meta.resolve('reveal.js/plugin/notes')),
};
