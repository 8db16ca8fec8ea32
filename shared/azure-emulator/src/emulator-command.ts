import { Command, CommanderError } from 'commander';
import { defaults, type EmulatorOptions } from './emulator-options.ts';
import { errors } from './errors.ts';
import { type Emulator, startEmulator } from './start-emulator.ts';

/** The options of the command with their descriptions, for `--help`. */
export const commandOptions = {
  port: `port to listen on, 0 for any free one (${defaults.port})`,
  host: `address to listen on (${defaults.host})`,
  key: 'access key (the key of the official emulator)',
  mode: 'default or serverless (default)',
  upstream:
    'URL for events of clients in serverless mode; {hub}, {category} and {event} are replaced',
  quota: 'maximum number of connections of clients and servers (no limit)',
  units: 'number of units, each of which allows 1,000 connections (no limit)',
  latency: 'latency in each direction, in ms (0)',
  drop: 'seconds after which a server connection is dropped, repeatedly (never)',
  origins:
    'origins of pages that may connect in addition to those of this machine, comma-separated',
} as const;
type OptionName = keyof typeof commandOptions;
type Values = Readonly<Partial<Record<OptionName, string>>>;

/**
 * Starts an emulator with the options of the command line. `--help` prints the options and returns
 * undefined.
 * @throws {Error} if an option is unknown or its value impossible
 * (`ERR_SIGNALR_EMULATOR_INVALID_ARGUMENTS`, `ERR_SIGNALR_EMULATOR_INVALID_OPTION`), or if the
 * emulator cannot listen.
 */
export async function emulatorCommand(
  args: readonly string[],
  print: (line: string) => void,
): Promise<Emulator | undefined> {
  let emulator: Emulator | undefined;
  const command = new Command('npx @practical-signalr/azure-emulator')
    .description(
      'Runs an emulator of Azure SignalR Service on your machine, with a status page at its URL.',
    )
    .helpOption('-h, --help', 'print this help')
    .allowExcessArguments(false)
    .showSuggestionAfterError(false)
    .configureHelp({ helpWidth: 200 }) // Keeps each option on one line.
    .configureOutput({ writeOut: print, outputError: () => undefined })
    .exitOverride()
    .action(async (values: Values) => {
      emulator = await run(values, print);
    });
  for (const [name, meaning] of Object.entries(commandOptions)) {
    command.option(`--${name} <value>`, meaning);
  }
  try {
    await command.parseAsync(args, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode !== 0) throw errors.invalidArguments(describe(error, command), error);
  }
  return emulator;
}

/** Returns what is wrong with the arguments. Some messages of commander name its own terms. */
function describe({ code, message }: CommanderError, command: Command): string {
  if (code === 'commander.excessArguments') return `unexpected argument '${command.args[0]}'`;
  if (code !== 'commander.optionMissingArgument') return message;
  return `the option ${/--[\w-]+/.exec(message)?.[0]} needs a value`;
}

async function run(values: Values, print: (line: string) => void): Promise<Emulator> {
  const readNumber = (name: OptionName): number | undefined => {
    const value = values[name];
    if (value === undefined) return undefined;
    if (!/^\d+(\.\d+)?$/.test(value)) throw errors.notANumber(name, value);
    return Number(value);
  };
  const options = {
    port: readNumber('port'),
    host: values.host,
    accessKey: values.key,
    serviceMode: values.mode,
    upstream: values.upstream,
    quota: readNumber('quota'),
    units: readNumber('units'),
    latency: readNumber('latency'),
    dropInterval: (readNumber('drop') ?? 0) * 1000,
    allowedOrigins: values.origins?.split(','),
  };
  const definedOptions = Object.fromEntries(
    Object.entries(options).filter(([, value]) => value !== undefined),
  );
  const emulator = await startEmulator({
    ...(definedOptions as EmulatorOptions),
    log: (line) => print(`${new Date().toISOString()} ${line}`),
  });
  print(
    `The emulator of Azure SignalR Service runs at ${emulator.url}. Connection string:\n${emulator.connectionString}`,
  );
  return emulator;
}
