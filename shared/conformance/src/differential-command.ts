import { createCommand, runCommand, wholeNumber } from '@practical-signalr/lesson-kit/command-line';
import type { Case } from './differential/case.ts';
import {
  type ExpectedSource,
  openDotnet,
  openRecordedAnswers,
  openServer,
} from './differential/expected-answers.ts';
import { createCase } from './differential/grammars.ts';
import { patient, quick } from './differential/play/channel.ts';
import { RemoteServer } from './differential/play/remote-server.ts';
import { recordAnswers } from './differential/recorded-answers.ts';
import { formatCase, formatText } from './differential/report/format-case.ts';
import { minimizeCase } from './differential/report/minimize-case.ts';
import { compareCase, type Finding, runCases, type RunResult } from './differential/run-cases.ts';
import { errorTexts } from './error-texts.ts';
import { startTwin } from './twin/start-twin.ts';

interface DifferentialOptions {
  readonly seed: number;
  readonly cases: number;
  readonly minutes: number;
  readonly lanes: number;
  readonly expected?: string;
  readonly actual?: string;
  readonly recorded?: boolean;
  readonly record?: boolean;
}

/** `npm run differential`: compares the twin with ASP.NET Core on generated cases. */
const command = createCommand(
  'npm run differential',
  '[-- options]',
  'Sends generated cases to ASP.NET Core and to the twin, and reports where their answers differ.',
)
  .option('--seed <number>', 'first seed; each seed has its own cases', wholeNumber(0, 1e9), 1)
  .option('--cases <number>', 'cases of each seed', wholeNumber(1, 1e6), 2000)
  .option(
    '--minutes <number>',
    'continue with the next seeds for this time',
    wholeNumber(0, 1e5),
    0,
  )
  .option('--lanes <number>', 'cases to play at the same time', wholeNumber(1, 100), 12)
  .option(
    '--expected <address>',
    'reference server (default: .NET, or recorded answers without it)',
  )
  .option('--actual <address>', 'server to test (default: a twin that this command starts)')
  .option('--recorded', 'compare with the recorded answers, also if the .NET SDK is installed')
  .option('--record', 'record the answers of the reference server for the tests')
  .action(async (options: DifferentialOptions) => {
    try {
      process.exitCode = await run(options);
    } catch (error) {
      console.error((error as Error).message);
      process.exitCode = 1;
    }
  });
await runCommand(command, process.argv.slice(2));

async function openExpected(options: DifferentialOptions): Promise<ExpectedSource> {
  if (options.expected !== undefined) return openServer(options.expected);
  return options.recorded === true ? openRecordedAnswers() : openDotnet();
}

async function run(options: DifferentialOptions): Promise<number> {
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
