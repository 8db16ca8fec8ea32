import { Command, CommanderError } from 'commander';
import { defaults, type ServiceMode } from './emulator-options.ts';
import { errorTexts } from './error-texts.ts';
import { type Emulator, startEmulator } from './start-emulator.ts';

/** What `--help` lists, and the README. */
export const switches = {
  port: `port to listen on (${defaults.port})`,
  host: `address to listen on (${defaults.host})`,
  key: 'access key (that of the official emulator)',
  mode: 'default or serverless (default)',
  upstream:
    'URL for the events of clients in serverless mode; {hub}, {category} and {event} are filled in',
  quota: 'connections of clients and servers together, beyond which 429 is answered (none)',
  units: 'units of 1,000 connections, another way to say the quota (none)',
  latency: 'ms that everything takes through the service, each way (0)',
  drop: 'seconds between cuts of one server connection (never)',
} as const;
type Switch = keyof typeof switches;
type Values = Readonly<Partial<Record<Switch, string>>>;

/**
 * Starts an emulator as the arguments say. `--help` prints the options and returns undefined.
 * @throws {Error} in one sentence if an argument is not valid or the port is in use
 */
export async function emulatorCommand(
  args: readonly string[],
  print: (line: string) => void,
): Promise<Emulator | undefined> {
  let emulator: Emulator | undefined;
  const command = new Command('npx @practical-signalr/azure-emulator')
    .description('Runs Azure SignalR Service on your machine, with a status page at its address.')
    .helpOption('-h, --help', 'print this help')
    .allowExcessArguments(false)
    .showSuggestionAfterError(false)
    .configureHelp({ helpWidth: 200 }) // keeps each option on one line
    .configureOutput({ writeOut: print, outputError: () => undefined })
    .exitOverride()
    .action(async (values: Values) => {
      emulator = await run(values, print);
    });
  for (const [name, meaning] of Object.entries(switches))
    command.option(`--${name} <value>`, meaning);
  try {
    await command.parseAsync(args, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode !== 0)
      throw new Error(errorTexts.wrongSwitch(error.message), { cause: error });
  }
  return emulator;
}

async function run(values: Values, print: (line: string) => void): Promise<Emulator> {
  const text = (name: Switch): string | undefined => values[name];
  const number = (name: Switch): number | undefined => {
    const given = text(name);
    if (given === undefined) return undefined;
    if (!/^\d+(\.\d+)?$/.test(given)) throw new Error(errorTexts.notANumber(name));
    return Number(given);
  };
  const mode = text('mode');
  const options = {
    port: number('port'),
    host: text('host'),
    accessKey: text('key'),
    serviceMode: (mode === undefined
      ? undefined
      : mode[0]?.toUpperCase() + mode.slice(1).toLowerCase()) as ServiceMode,
    upstream: text('upstream'),
    quota: number('quota'),
    units: number('units'),
    latency: number('latency'),
    dropInterval: (number('drop') ?? 0) * 1000,
  };
  const given = Object.fromEntries(
    Object.entries(options).filter(([, value]) => value !== undefined),
  );
  const emulator = await startEmulator({
    ...given,
    log: (line) => print(`${new Date().toISOString()} ${line}`),
  });
  print(
    `Azure SignalR Service is emulated at ${emulator.url}. Connection string:\n${emulator.connectionString}`,
  );
  return emulator;
}
