import { styleSheet } from './style-sheet.ts';

/**
 * Returns an HTML page with one form and no script.
 * @param title the title of the page and the text of its button.
 * @param fields the HTML of the form's fields.
 * @example formPage('Announce', '<textarea name="message" aria-label="Message"></textarea>');
 */
export const formPage = (title: string, fields: string): string =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title><link rel="icon" href="data:,"><style>${styleSheet()}</style></head>
<body><main class="page single"><form class="card" method="post"><h1>${title}</h1>
<p class="row">${fields}<button class="primary">${title}</button></p></form></main></body></html>`;
