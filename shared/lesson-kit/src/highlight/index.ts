export { highlightedHtml } from './highlighted-html.ts';
export { highlightedLines, type CodeToken } from './highlighted-lines.ts';
