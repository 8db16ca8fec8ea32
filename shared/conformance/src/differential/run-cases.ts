import { type AcceptedDifference, acceptedDifferences } from './accepted.ts';
import type { Case } from './case.ts';
import { isExclusive } from './grammars.ts';
import { type Patience } from './play/channel.ts';
import { playCase } from './play/play-case.ts';
import type { RemoteServer } from './play/remote-server.ts';
import { runInLanes } from './run-in-lanes.ts';
import { formatCase } from './report/format-case.ts';
import { type Difference, findDifference } from './report/difference.ts';

/** Returns the answers of ASP.NET Core, from a server or from a recording. */
export type ExpectedAnswers = (test: Case, patience: Patience) => Promise<readonly string[]>;

/** A case whose answers differ. */
export interface Finding {
  readonly test: Case;
  readonly difference: Difference;
}

/** The differences of one kind. */
export interface Group {
  readonly kind: string;
  count: number;
  readonly example: Finding;
}

export interface RunResult {
  cases: number;
  /** Differences that are intended: by reason, their kinds and how often each occurred. */
  readonly accepted: Map<string, Map<string, number>>;
  /** Cases that differed once and agreed when they were repeated. */
  unstable: number;
  readonly groups: Map<string, Group>;
}

export interface RunOptions {
  readonly lanes: number;
  readonly first: Patience;
  /** The patience of the repetitions. */
  readonly again: Patience;
  /** How often a difference is repeated before it counts. */
  readonly repetitions: number;
}

/** Compares the answers to one case. */
export async function compareCase(
  test: Case,
  expected: ExpectedAnswers,
  actual: RemoteServer,
  patience: Patience,
): Promise<Finding | undefined> {
  const [expectedLines, actualLines] = await Promise.all([
    expected(test, patience),
    playCase(actual, test, patience),
  ]);
  const difference = findDifference(test, expectedLines, actualLines);
  return difference === undefined ? undefined : { test, difference };
}

/** Plays all cases, and groups those whose answers differ each time. */
export async function runCases(
  cases: Iterable<Case>,
  expected: ExpectedAnswers,
  actual: RemoteServer,
  options: RunOptions,
): Promise<RunResult> {
  const result: RunResult = { cases: 0, accepted: new Map(), unstable: 0, groups: new Map() };
  const exclusiveCases: Case[] = [];

  async function run(test: Case): Promise<void> {
    result.cases++;
    let finding = await compareCase(test, expected, actual, options.first);
    for (let i = 0; i < options.repetitions && finding !== undefined; i++) {
      const isKnown = findAccepted(finding) !== undefined;
      if (isKnown || (result.groups.get(finding.difference.kind)?.count ?? 0) > 1) break;
      finding = await compareCase(test, expected, actual, options.again);
      if (finding === undefined) result.unstable++;
    }
    if (finding !== undefined) add(result, finding);
  }

  function* shared(): Generator<Case> {
    for (const test of cases) {
      if (isExclusive(test)) exclusiveCases.push(test);
      else yield test;
    }
  }
  await runInLanes(shared(), options.lanes, run);
  await runInLanes(exclusiveCases, 1, run);
  return result;
}

export function findAccepted({ test, difference }: Finding): AcceptedDifference | undefined {
  return acceptedDifferences.find(
    ({ pattern, input }) =>
      pattern.test(difference.kind) && input?.test(formatCase(test)) !== false,
  );
}

function add({ accepted, groups }: RunResult, finding: Finding): void {
  const { kind } = finding.difference;
  const entry = findAccepted(finding);
  if (entry !== undefined) {
    const kinds = accepted.get(entry.reason) ?? new Map<string, number>();
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    accepted.set(entry.reason, kinds);
    return;
  }
  const group = groups.get(kind);
  if (group === undefined) groups.set(kind, { kind, count: 1, example: finding });
  else group.count++;
}
