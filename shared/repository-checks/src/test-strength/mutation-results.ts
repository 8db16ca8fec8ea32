import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The parts of Stryker's report that the command reads. */
export interface StrykerReport {
  readonly files: Readonly<Record<string, { source: string; mutants: readonly StrykerMutant[] }>>;
}

interface Position {
  readonly line: number;
  readonly column: number;
}

interface StrykerMutant {
  readonly mutatorName: string;
  readonly replacement?: string;
  readonly status: string;
  readonly location: { readonly start: Position; readonly end: Position };
}

/** A change of the code that no test has noticed. */
export interface Survivor {
  /** The path of the file in the repository. */
  readonly file: string;
  readonly mutator: string;
  readonly code: string;
  readonly replacement: string;
}

/** The results of one area. */
export interface MutationResult {
  readonly killed: number;
  /** The number of changes that no test noticed. */
  readonly survived: number;
  /**
   * The number of changes that make no difference or run only once, on import. They do not count.
   */
  readonly ignored: number;
  readonly survivors: readonly Survivor[];
}

export const resultsFolder = join(import.meta.dirname, 'results');

export function readReport(file: string): StrykerReport {
  return JSON.parse(readFileSync(file, 'utf8')) as StrykerReport;
}

/** Writes the results of an area to a file that is kept in the repository. */
export function recordResult(area: string, report: StrykerReport): void {
  const text = JSON.stringify(summarize(report), null, 2);
  writeFileSync(join(resultsFolder, `${area}.json`), `${text}\n`);
}

/** Counts the changes of a report, and lists those that no test has noticed. */
export function summarize({ files }: StrykerReport): MutationResult {
  let killed = 0;
  let ignored = 0;
  const survivors: Survivor[] = [];
  for (const [file, { source, mutants }] of Object.entries(files)) {
    const lines = source.split('\n');
    for (const { status, mutatorName: mutator, replacement = '', location } of mutants) {
      if (status === 'Killed' || status === 'Timeout') killed++;
      else if (status === 'Survived' || status === 'NoCoverage') {
        const code = excerpt(lines, location.start, location.end);
        survivors.push({ file, mutator, code, replacement: shorten(replacement) });
      } else ignored++;
    }
  }
  return { killed, survived: survivors.length, ignored, survivors };
}

/** Returns the share of noticed changes, from 0 to 1. */
export function scoreOf({ killed, survived }: MutationResult): number {
  return killed / (killed + survived);
}

function excerpt(lines: readonly string[], start: Position, end: Position): string {
  const rows = lines.slice(start.line - 1, end.line);
  if (rows.length === 1) return shorten((rows[0] ?? '').slice(start.column - 1, end.column - 1));
  const first = (rows[0] ?? '').slice(start.column - 1);
  const last = (rows.at(-1) ?? '').slice(0, end.column - 1);
  return shorten([first, ...rows.slice(1, -1), last].join(' '));
}

function shorten(code: string): string {
  const line = code.replace(/\s+/g, ' ').trim();
  return line.length > 80 ? `${line.slice(0, 79)}…` : line;
}
