import { createCommand, runCommand, wholeNumber } from '@practical-signalr/lesson-kit/command-line';
import { errorTexts } from './error-texts.ts';
import { type BackplaneName, backplaneNames } from './model/backplane.ts';
import { formatReport, type ScenarioName, scenarioNames } from './report/format-report.ts';
import { writeDocs } from './report/write-docs.ts';

interface SimulateCommandOptions {
  readonly seed: number;
  readonly servers: number;
  readonly connections: number;
  readonly groups: number;
  readonly backplane: string;
  readonly scenario?: string;
  readonly writeDocs?: true;
}

/** `npm run simulate`: simulates many servers and connections, and prints a report. */
const command = createCommand(
  'npm run simulate',
  '[-- options]',
  'Simulates servers, connections and groups with the real lifetime managers over a modeled network, and prints a report.',
)
  .option('--seed <number>', 'the same seed gives the same report', wholeNumber(0, 2 ** 31), 1)
  .option('--servers <number>', 'number of servers', wholeNumber(1, 1000), 3)
  .option('--connections <number>', 'number of connections', wholeNumber(1, 1_000_000), 3000)
  .option('--groups <number>', 'number of groups', wholeNumber(1, 1_000_000), 30)
  .option('--backplane <name>', `what connects the servers: ${backplaneNames.join(', ')}`, 'redis')
  .option('--scenario <name>', `one scenario instead of all: ${scenarioNames.join(', ')}`)
  .option('--write-docs', 'simulate up to a million connections and update the documentation')
  .action(run);
await runCommand(command, process.argv.slice(2));

async function run({ scenario, backplane, ...options }: SimulateCommandOptions): Promise<void> {
  try {
    if (options.writeDocs === true) {
      await writeDocs((line) => console.error(line));
      return;
    }
    const name = choose<BackplaneName>('backplane', backplane, backplaneNames);
    const names =
      scenario === undefined
        ? scenariosOf(options.servers)
        : [choose<ScenarioName>('scenario', scenario, scenarioNames)];
    if (name === 'local' && options.servers > 1) throw new Error(errorTexts.localHasOneServer);
    if (options.servers === 1 && names.some((each) => each !== 'traffic'))
      throw new Error(errorTexts.notSingleServer);
    console.log(await formatReport({ ...options, backplane: name }, names));
  } catch (error) {
    console.error((error as Error).message);
    process.exitCode = 1;
  }
}

/**
 * Returns the scenarios that are possible with this number of servers. All but the first need
 * several servers.
 */
function scenariosOf(servers: number): readonly ScenarioName[] {
  return servers === 1 ? ['traffic'] : scenarioNames;
}

function choose<TName extends string>(
  option: string,
  value: string,
  known: readonly TName[],
): TName {
  const name = known.find((each) => each === value);
  if (name === undefined) throw new Error(errorTexts.unknownChoice(option, value, known));
  return name;
}
