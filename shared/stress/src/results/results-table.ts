import { type Area, areas, type Result } from './result.ts';

/** Returns the results as Markdown: one section with one table for each area. */
export function renderResults(results: readonly Result[]): string {
  return (Object.keys(areas) as Area[])
    .map((area) => renderArea(area, results))
    .filter((section) => section !== '')
    .join('\n\n');
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
