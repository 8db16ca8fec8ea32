import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Coverage, FileCoverage } from './merge-coverage.ts';
import { resultsFolder } from './mutation-results.ts';

/** How many lines or branches there are, and how many of them the tests run. */
export interface Count {
  readonly run: number;
  readonly total: number;
}

/** The coverage of a package. */
export interface CoverageResult {
  readonly lines: Count;
  readonly branches: Count;
  /**
   * The number of branches that no test runs: defaults after `??` for values that are always
   * present.
   */
  readonly defaults: number;
  /**
   * The number of branches that no test runs in its own process, because the code has its own
   * processes.
   */
  readonly otherProcesses: number;
}

/** A line or branch that no test runs. */
export interface Gap {
  readonly file: string;
  readonly line: number;
  readonly code: string;
}

const workerFiles = [
  'worker-pool',
  'pooled-worker',
  'run-workers',
  'run-worker',
  'forwarding/request-forwarder',
  'ipc-worker-bus',
  'forwarding/worker-forwarder',
  'worker-environment',
  'primary-messages',
];

/** Files whose code runs in processes of its own, which are not measured, with their tests. */
export const otherProcesses: Readonly<Record<string, string>> = Object.fromEntries(
  workerFiles.map((name) => [
    `server/src/cluster/${name}.ts`,
    'server/src/cluster/run-workers.test.ts',
  ]),
);

/**
 * A constant after `??`. The types allow values to be missing that the protocol, a check before or
 * the length of an array guarantees.
 */
const CONSTANT_DEFAULT =
  /^(''|'\/'|'The \w+'|-?\d+|\{\}|\[\]|null|undefined|Infinity|noBytes|missing|Buffer\.alloc\(0\))(?=[\s,;:)\]}]|$)/;

/** The coverage of a package, with the branches that {@link CoverageResult} does not explain. */
export interface RecordedCoverage extends CoverageResult {
  readonly gaps: readonly Omit<Gap, 'line'>[];
}

const file = join(resultsFolder, 'coverage.json');

/** Returns the recorded coverage of the packages by their names. */
export function readCoverage(): Record<string, RecordedCoverage> {
  return JSON.parse(readFileSync(file, 'utf8')) as Record<string, RecordedCoverage>;
}

/** Records the coverage of all packages. */
export function recordCoverage(results: Readonly<Record<string, RecordedCoverage>>): void {
  writeFileSync(file, `${JSON.stringify(results, null, 2)}\n`);
}

/**
 * Counts the lines and branches of a package, and lists the branches that no test runs and that
 * {@link CoverageResult} does not explain. `readSource` returns the text of a file.
 */
export function countCoverage(
  coverage: Coverage,
  name: string,
  readSource: (path: string) => string,
): { readonly result: CoverageResult; readonly gaps: readonly Gap[] } {
  const lines = { run: 0, total: 0 };
  const branches = { run: 0, total: 0 };
  const unexplained: Gap[] = [];
  let defaults = 0;
  let inProcesses = 0;
  for (const [path, counts] of Object.entries(coverage)) {
    const short = path.replaceAll('\\', '/').split('/shared/')[1] ?? path;
    if (!short.startsWith(`${name}/src/`)) continue;
    const perLine = countLines(counts);
    lines.total += perLine.length;
    lines.run += perLine.filter((count) => count > 0).length;
    const source = readSource(path).split('\n');
    for (const [id, { type, locations, loc }] of Object.entries(counts.branchMap)) {
      for (const [i, count] of (counts.b[id] ?? []).entries()) {
        branches.total++;
        const start = locations[i]?.start;
        const line = start?.line ?? loc?.start.line ?? 0;
        const text = source[line - 1] ?? '';
        if (count > 0) branches.run++;
        else if (short in otherProcesses) inProcesses++;
        else if (type === 'binary-expr' && isConstantDefault(text, start?.column ?? 0)) defaults++;
        else unexplained.push({ file: short, line, code: text.trim() });
      }
    }
  }
  return { result: { lines, branches, defaults, otherProcesses: inProcesses }, gaps: unexplained };
}

/** Returns whether a constant after `??` starts at a column. The measured end is not exact. */
const isConstantDefault = (line: string, column: number): boolean =>
  line.slice(0, column).endsWith('?? ') && CONSTANT_DEFAULT.test(line.slice(column));

/** Returns how often each line with a statement has run. */
function countLines({ statementMap, s }: FileCoverage): number[] {
  const counts = new Map<number, number>();
  for (const [id, { start }] of Object.entries(statementMap))
    counts.set(start.line, Math.max(counts.get(start.line) ?? 0, s[id] ?? 0));
  return [...counts.values()];
}

/** Returns the share of the branches that tests run, without those that are explained. */
export function branchShare({
  branches,
  defaults,
  otherProcesses: others,
}: CoverageResult): number {
  return branches.run / (branches.total - defaults - others);
}
