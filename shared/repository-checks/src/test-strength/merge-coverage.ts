/** A position in a file. Lines start at 1, columns at 0. */
interface Position {
  readonly line: number;
  readonly column: number;
}

/** The part of a file to which a count belongs. */
interface Location {
  readonly start: Position;
  readonly end: Position;
}

/** How often the parts of a file have run, in the format of Istanbul. */
export interface FileCoverage {
  readonly statementMap: Readonly<Record<string, Location>>;
  readonly s: Record<string, number>;
  readonly branchMap: Readonly<
    Record<
      string,
      {
        readonly type: string;
        readonly locations: readonly { readonly start?: Partial<Position> }[];
        /** The statement of the branches. An `else` that does not exist has no location. */
        readonly loc?: Location;
      }
    >
  >;
  readonly b: Record<string, number[]>;
}

/** The coverage of files by their paths. */
export type Coverage = Record<string, FileCoverage>;

/**
 * Adds the counts of several test runs. The runs have the same sources, so the parts of a file have
 * the same names in each of them.
 */
export function mergeCoverage(runs: readonly Coverage[]): Coverage {
  const merged: Coverage = {};
  for (const run of runs)
    for (const [path, file] of Object.entries(run)) {
      const known = merged[path];
      if (known === undefined) merged[path] = structuredClone(file);
      else addCounts(known, file);
    }
  return merged;
}

function addCounts(to: FileCoverage, from: FileCoverage): void {
  for (const [name, count] of Object.entries(from.s)) to.s[name] = (to.s[name] ?? 0) + count;
  for (const [name, counts] of Object.entries(from.b))
    to.b[name] = counts.map((count, i) => count + (to.b[name]?.[i] ?? 0));
}
