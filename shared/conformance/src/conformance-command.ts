import { commandSwitches, wholeNumber } from './command-switches.ts';
import { compareRecordings, type ScenarioResult } from './compare-recordings.ts';
import { errorTexts } from './error-texts.ts';
import { startTwin } from './twin/start-twin.ts';

const switches = {
  url: 'address of the server to play against (a twin that is started for it)',
  area: 'one area of the recordings alone',
  only: 'scenarios whose name holds this text alone',
  lanes: 'areas that are played side by side (3)',
  timeout: 'how long a step may wait for its answer, in ms (3000)',
};

/** `npm run conformance`: plays the recordings against the twin, or against the server at --url; the exit code. */
async function conformanceCommand(args: readonly string[]): Promise<number> {
  const values = commandSwitches('npm run conformance -- [switches]', switches, args);
  if (values === undefined) return 0;
  const { url, area, only } = values;
  const lanes = wholeNumber('lanes', values.lanes ?? '3', 1, 100);
  const timeout = wholeNumber('timeout', values.timeout ?? '3000', 1, 600_000);
  if (url !== undefined) await checkAddress(url);
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

/** One sentence instead of some hundred scenarios that fail for the same reason. */
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

try {
  process.exitCode = await conformanceCommand(process.argv.slice(2));
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
