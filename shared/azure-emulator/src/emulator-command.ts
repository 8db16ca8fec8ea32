import { parseArgs, type ParseArgsConfig } from 'node:util';
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

const help = `npx @practical-signalr/azure-emulator [switches]

Azure SignalR Service on your machine: default and serverless mode, REST API, a status page at its address.

${Object.entries(switches)
  .map(([name, meaning]) => `  --${name.padEnd(9)} ${meaning}`)
  .join('\n')}
  --help      this list
`;

/**
 * What the command does with its arguments: starts an emulator, or prints the help and gives undefined.
 * @throws {Error} one sentence when a switch is unknown or its value impossible, or the port is taken.
 */
export async function emulatorCommand(
  args: readonly string[],
  print: (line: string) => void,
): Promise<Emulator | undefined> {
  const config: NonNullable<ParseArgsConfig['options']> = { help: { type: 'boolean' } };
  for (const name of Object.keys(switches)) config[name] = { type: 'string' };
  const values = readSwitches([...args], config);
  if (values['help'] !== true) return run((name) => values[name] as string | undefined, print);
  print(help);
  return undefined;
}

function readSwitches(
  args: string[],
  options: NonNullable<ParseArgsConfig['options']>,
): Readonly<Record<string, unknown>> {
  try {
    return parseArgs({ args, options }).values;
  } catch (error) {
    throw new Error(errorTexts.wrongSwitch((error as Error).message), { cause: error });
  }
}

async function run(
  text: (name: Switch) => string | undefined,
  print: (line: string) => void,
): Promise<Emulator> {
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
