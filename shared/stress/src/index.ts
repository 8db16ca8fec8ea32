export { type Area, areas, type Result } from './results/result.ts';
export { replaceResults } from './results/results-table.ts';
export { readResults, readResultsPage, writeResults } from './results/write-result.ts';
