import { type Area, areas, type Result } from './result.ts';

/** The lines between which the page contains what {@link renderResults} returns. */
export const START = '<!-- The following tables are written by the commands, see above. -->';
export const END = '<!-- End of the tables. -->';

/** Returns the results as Markdown: one section with one table for each area. */
export function renderResults(results: readonly Result[]): string {
  return (Object.keys(areas) as Area[])
    .map((area) => renderArea(area, results))
    .filter((section) => section !== '')
    .join('\n\n');
}

/** Returns the page with the results between its two markers. */
export function replaceResults(page: string, results: readonly Result[]): string {
  const start = page.indexOf(START);
  const end = page.indexOf(END);
  if (start < 0 || end < start)
    throw new Error(`The page has no lines '${START}' and '${END}'. Add them.`);
  const head = page.slice(0, start + START.length);
  return `${head}\n\n${renderResults(results)}\n\n${page.slice(end)}`;
}

function renderArea(area: Area, results: readonly Result[]): string {
  const rows = results.filter((result) => result.area === area);
  if (rows.length === 0) return '';
  return [
    `## ${areas[area]}`,
    '',
    '| check | tried | outcome | guarantees broken | command |',
    '|---|---|---|---|---|',
    ...rows.map(renderRow),
  ].join('\n');
}

const renderRow = ({ check, tried, outcome, violations, command }: Result): string =>
  `| ${[check, tried, outcome, violations, `\`${command}\``].join(' | ')} |`;
