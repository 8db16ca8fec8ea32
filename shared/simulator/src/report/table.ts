/** Returns a Markdown table. */
export function formatTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const formatRow = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [formatRow(head), `|${'---|'.repeat(head.length)}`, ...rows.map(formatRow)].join('\n');
}

/** Returns a number with at most three significant digits, or as an integer if it is large. */
export const formatNumber = (value: number): string =>
  value.toLocaleString(
    'en-US',
    value >= 100 ? { maximumFractionDigits: 0 } : { maximumSignificantDigits: 3 },
  );

/** Returns a duration in ms or s. */
export const formatTime = (ms: number): string =>
  ms < 1000 ? `${formatNumber(ms)} ms` : `${formatNumber(ms / 1000)} s`;

/** Returns a size in B, KB or MB. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${formatNumber(bytes)} B`;
  return bytes < 1e6 ? `${formatNumber(bytes / 1000)} KB` : `${formatNumber(bytes / 1e6)} MB`;
}
