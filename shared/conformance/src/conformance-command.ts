import { createCommand, runCommand, wholeNumber } from '@practical-signalr/lesson-kit/command-line';
import type { ScenarioResult } from './compare-recordings.ts';
import { errorTexts } from './error-texts.ts';

interface ConformanceOptions {
  readonly url?: string;
  readonly area?: string;
  readonly only?: string;
  readonly lanes: number;
  readonly timeout: number;
}

/** `npm run conformance`: replays the recordings against the twin, or the server at `--url`. */
const command = createCommand(
  'npm run conformance',
  '[-- options]',
  'Replays the recordings of ASP.NET Core and compares what the server sends.',
)
  .option('--url <address>', 'server to test (default: a twin that this command starts)')
  .option('--area <name>', 'replay only this area')
  .option('--only <text>', 'replay only scenarios whose name contains this text')
  .option('--lanes <number>', 'areas to replay at the same time', wholeNumber(1, 100), 3)
  .option('--timeout <ms>', 'maximum time of a step, in ms', wholeNumber(1, 600_000), 3000)
  .action(async (options: ConformanceOptions) => {
    try {
      process.exitCode = await replay(options);
    } catch (error) {
      console.error((error as Error).message);
      process.exitCode = 1;
    }
  });
await runCommand(command, process.argv.slice(2));

/** Replays the recordings and prints the differences. Returns the exit code. */
async function replay({ url, area, only, lanes, timeout }: ConformanceOptions): Promise<number> {
  if (url !== undefined) await checkAddress(url);
  // The help needs none of this.
  const { areas, compareRecordings } = await import('./compare-recordings.ts');
  if (area !== undefined && !areas().includes(area))
    throw new Error(errorTexts.noSuchArea(area, areas()));
  const { startTwin } = await import('./twin/start-twin.ts');
  const twin = url === undefined ? await startTwin(0) : undefined;
  const results = await compareRecordings((url ?? twin?.url) as string, {
    area,
    only,
    lanes,
    timeoutOf: () => timeout,
  });
  await twin?.close();
  return report(results);
}

/**
 * Checks that a server responds, because otherwise hundreds of scenarios fail for the same reason.
 */
async function checkAddress(url: string): Promise<void> {
  if (!/^https?:\/\/[^/]/.test(url) || !URL.canParse(url))
    throw new Error(errorTexts.notAnAddress(url));
  try {
    await (await fetch(url)).body?.cancel();
  } catch (error) {
    throw new Error(errorTexts.nobodyAnswers(url), { cause: error });
  }
}

function report(results: readonly ScenarioResult[]): number {
  const show = (value: unknown): string =>
    value === undefined ? '(absent)' : JSON.stringify(value);
  for (const { name, shows, differences } of results) {
    if (differences.length === 0) continue;
    console.log(`FAIL ${name}: ${shows}`);
    for (const { at, expected, actual } of differences) {
      console.log(`  ${at}\n    expected ${show(expected)}\n    actual   ${show(actual)}`);
    }
  }
  if (results.length === 0) console.log(errorTexts.noScenarios);
  const failed = results.filter(({ differences }) => differences.length > 0).length;
  console.log(`${results.length - failed} passed, ${failed} failed`);
  return failed > 0 || results.length === 0 ? 1 : 0;
}
