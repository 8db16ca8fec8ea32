import type { Survivor } from './mutation-results.ts';

/** Why no test notices a kind of change. */
interface SurvivorReason {
  /** A part of the path. Default: every file. */
  readonly file?: string;
  readonly mutator?: string;
  /** Matches `code → replacement`. Default: every change. */
  readonly change?: RegExp;
  readonly reason: string;
}

/** The first entry that fits a survivor gives its reason. */
const reasons: readonly SurvivorReason[] = [];

/** Returns why no test notices a change, or undefined if nobody has explained it. */
export function reasonOf({ file, mutator, code, replacement }: Survivor): string | undefined {
  return reasons.find(
    (each) =>
      (each.file === undefined || file.includes(each.file)) &&
      (each.mutator === undefined || each.mutator === mutator) &&
      (each.change === undefined || each.change.test(`${code} → ${replacement}`)),
  )?.reason;
}
