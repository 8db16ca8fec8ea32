import type { Deck } from './deck.ts';
import { escapeHtml } from './escape-html.ts';

const head = (title: string): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="style.css">`;

/**
 * Returns the page that shows a deck with reveal.js. All of its addresses are relative, so it works
 * at any path.
 */
export function deckPage({ name, title, slides }: Deck): string {
  const sections = slides.map(
    ({ html, notes }, index) => `<section><div class="slide${index === 0 ? ' title' : ''}">
${html}<aside class="notes">
${notes}</aside>
<footer>${index + 1} / ${slides.length} · <a href="./">${escapeHtml(title)}</a></footer>
</div></section>`,
  );
  return `${head(`${escapeHtml(title)}: slides`)}
<link rel="stylesheet" href="reveal/reveal.css">
<link rel="stylesheet" href="deck.css">
<script type="module" src="deck.js"></script>
</head>
<body data-deck="${name}">
<main class="reveal" aria-label="Slides"><div class="slides">
${sections.join('\n')}
</div></main>
</body>
</html>
`;
}

/**
 * Returns the page that lists all decks. `home` is the address of the course home, if the slides
 * are part of one.
 */
export function indexPage(decks: readonly Deck[], home?: string): string {
  const back =
    home === undefined ? '' : `<nav aria-label="Course"><a href="${home}">Course</a></nav>`;
  const stops = decks.map(({ name, title, slides }) => {
    const number = Number(name.slice(0, 2));
    return `<li class="stop"><span class="dot" aria-hidden="true">${number === 0 ? '·' : number}</span>
<div><h2><a href="${name}.html">${escapeHtml(title)}</a></h2><p class="quiet">${slides.length} slides</p></div></li>`;
  });
  return `${head('Slides: Practical SignalR for Node')}
<link rel="stylesheet" href="course-line.css">
</head>
<body>
<header class="bar"><h1>Slides</h1>${back}</header>
<main class="page single"><section class="card">
<p class="goal">There is a deck for each section of the course. In a deck, the arrows go forward and back, <kbd>S</kbd> opens the speaker's
notes, <kbd>Esc</kbd> shows all slides, and <kbd>F</kbd> shows the slide full screen.</p>
<ol class="course-line">
${stops.join('\n')}
</ol></section></main>
</body>
</html>
`;
}

/** Returns the page for an unknown address. `base` is the path of the slides. */
export const missingPage = (base: string): string => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>No such slides</title><link rel="icon" href="data:,">
<link rel="stylesheet" href="${escapeHtml(base)}/style.css"></head>
<body><main class="page single"><section class="card"><h1>No such slides</h1>
<p>There is no deck at this address. <a href="${escapeHtml(base)}/">All decks</a></p></section></main></body></html>
`;
