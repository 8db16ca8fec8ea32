import Reveal from './reveal/reveal.mjs';
import Notes from './reveal/notes.mjs';

const printing = /print-pdf/.test(location.search);
const ready = () => document.body.classList.add('slides-ready');

const deck = new Reveal({
  plugins: [Notes],
  width: 1280,
  height: 720,
  margin: 0,
  minScale: 0.1,
  center: false,
  hash: true,
  scrollLayout: 'compact', // on a phone, slides are below each other
  transition: 'none',
  backgroundTransition: 'none',
  pdfSeparateFragments: false,
  controlsTutorial: false,
});
if (printing) deck.on('pdf-ready', ready);
await deck.initialize();
if (!printing) ready();
