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

/** The page that shows a deck with reveal.js. Every address in it is relative: it works at any path, and from a folder of files. */
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

/** The page that lists all decks; `home` is the address of the course home, where it is part of one. */
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
<p class="goal">A deck for each section of the course. In a deck: arrows go on and back, <kbd>S</kbd> opens the speaker's
notes, <kbd>Esc</kbd> shows all slides, <kbd>F</kbd> fills the screen.</p>
<ol class="course-line">
${stops.join('\n')}
</ol></section></main>
</body>
</html>
`;
}

/** What a wrong address shows; `base` is where the slides are. */
export const missingPage = (base: string): string => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>No such slides</title><link rel="icon" href="data:,">
<link rel="stylesheet" href="${escapeHtml(base)}/style.css"></head>
<body><main class="page single"><section class="card"><h1>No such slides</h1>
<p>There is no deck at this address. <a href="${escapeHtml(base)}/">All decks</a></p></section></main></body></html>
`;
