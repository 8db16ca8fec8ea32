export { type Area, areas, type Result } from './results/result.ts';
export { writeResults } from './results/write-result.ts';
