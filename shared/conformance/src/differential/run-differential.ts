import type { Case } from './case.ts';
import {
  type ExpectedSource,
  openDotnet,
  openRecordedAnswers,
  openServer,
} from './expected-answers.ts';
import { createCase } from './grammars.ts';
import { patient, quick } from './play/channel.ts';
import { RemoteServer } from './play/remote-server.ts';
import { recordAnswers } from './recorded-answers.ts';
import { formatCase, formatText } from './report/format-case.ts';
import { minimizeCase } from './report/minimize-case.ts';
import { compareCase, type Finding, runCases, type RunResult } from './run-cases.ts';
import { errorTexts } from '../error-texts.ts';
import { startTwin } from '../twin/start-twin.ts';

/** The options of `npm run differential`. */
export interface DifferentialOptions {
  readonly seed: number;
  readonly cases: number;
  readonly minutes: number;
  readonly lanes: number;
  readonly expected?: string;
  readonly actual?: string;
  readonly recorded?: boolean;
  readonly record?: boolean;
}

async function openExpected(options: DifferentialOptions): Promise<ExpectedSource> {
  if (options.expected !== undefined) return openServer(options.expected);
  return options.recorded === true ? openRecordedAnswers() : openDotnet();
}

/** Compares the answers of two servers and prints the differences. Returns the exit code. */
export async function runDifferential(options: DifferentialOptions): Promise<number> {
  if (options.record === true) return record(options);
  const source = await openExpected(options);
  const twin = options.actual === undefined ? await startTwin(0) : undefined;
  const actual = new RemoteServer(options.actual ?? (twin?.url as string));
  try {
    console.log(`Comparing with ${source.description}.`);
    const cases = source.recordedCases ?? createCases(options);
    const runOptions = { lanes: options.lanes, first: quick, again: patient, repetitions: 3 };
    const result = await runCases(cases, source.expected, actual, runOptions);
    return await report(result, source, actual);
  } finally {
    await source.close();
    actual.close();
    await twin?.close();
  }
}

/** Creates the cases of the first seed, and of further seeds until the time is up. */
function* createCases({ seed: first, cases, minutes }: DifferentialOptions): Generator<Case> {
  const end = performance.now() + minutes * 60_000;
  for (let seed = first; seed === first || performance.now() < end; seed++)
    for (let i = 0; i < cases; i++) yield createCase(seed, i);
}

async function record(options: DifferentialOptions): Promise<number> {
  if (options.expected === undefined) throw new Error(errorTexts.recordWithoutServer);
  const server = new RemoteServer(options.expected);
  const { status } = await server.send({ method: 'GET', path: '/' }).response;
  if (status !== 200) throw new Error(errorTexts.nobodyAnswers(options.expected));
  const count = await recordAnswers(server, options.seed, options.cases, options.lanes);
  server.close();
  console.log(`Recorded the answers to ${count} of ${options.cases} cases.`);
  return 0;
}

/** Prints all groups, the most frequent first, each with a small input. Returns the exit code. */
async function report(
  result: RunResult,
  source: ExpectedSource,
  actual: RemoteServer,
): Promise<number> {
  const groups = [...result.groups.values()].sort((a, b) => b.count - a.count);
  for (const { kind, count, example } of groups) {
    const { test, difference } = await makeSmaller(example, source, actual);
    console.log(`\n${count} × ${formatText(kind)}`);
    console.log(`  input     ${formatCase(test)}`);
    console.log(`  expected  ${formatText(difference.expected)}`);
    console.log(`  actual    ${formatText(difference.actual)}`);
    console.log(`  (seed ${test.seed}, case ${test.index})`);
  }
  for (const [reason, kinds] of result.accepted) {
    console.log(`\naccepted: ${reason}`);
    for (const [kind, count] of kinds) console.log(`  ${count} × ${formatText(kind)}`);
  }
  const different = groups.reduce((sum, { count }) => sum + count, 0);
  const share = ((100 * different) / result.cases).toFixed(2);
  console.log(
    `\n${result.cases} cases: ${different} (${share} %) differ in ${groups.length} groups, ${result.unstable} differed only once.`,
  );
  return different === 0 ? 0 : 1;
}

async function makeSmaller(
  example: Finding,
  source: ExpectedSource,
  actual: RemoteServer,
): Promise<Finding> {
  if (source.recordedCases !== undefined) return example; // Smaller cases are not recorded.
  let smallest = example;
  await minimizeCase(example.test, async (test) => {
    const finding = await compareCase(test, source.expected, actual, quick);
    if (finding?.difference.kind !== example.difference.kind) return false;
    smallest = finding;
    return true;
  });
  return smallest;
}
