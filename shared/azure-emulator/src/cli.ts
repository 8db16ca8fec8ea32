#!/usr/bin/env node
import { parseArgs, type ParseArgsConfig } from 'node:util';
import { defaults, type ServiceMode } from './emulator-options.ts';
import { errorTexts } from './error-texts.ts';
import { startEmulator } from './start-emulator.ts';

const switches = {
  port: `port to listen on (${defaults.port})`,
  host: `address to listen on (${defaults.host})`,
  key: 'access key (that of the official emulator)',
  mode: 'default or serverless (default)',
  upstream: 'URL for the events of clients in serverless mode; {hub}, {category} and {event} are filled in',
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

try {
  const config: NonNullable<ParseArgsConfig['options']> = { help: { type: 'boolean' } };
  for (const name of Object.keys(switches)) config[name] = { type: 'string' };
  const values = readSwitches(config);
  if (values['help'] === true) console.log(help);
  else await run((name) => values[name] as string | undefined);
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}

function readSwitches(options: NonNullable<ParseArgsConfig['options']>): Readonly<Record<string, unknown>> {
  try {
    return parseArgs({ options }).values;
  } catch (error) {
    throw new Error(errorTexts.wrongSwitch((error as Error).message), { cause: error });
  }
}

async function run(text: (name: Switch) => string | undefined): Promise<void> {
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
    serviceMode: (mode === undefined ? undefined : mode[0]?.toUpperCase() + mode.slice(1).toLowerCase()) as ServiceMode,
    upstream: text('upstream'),
    quota: number('quota'),
    units: number('units'),
    latency: number('latency'),
    dropInterval: (number('drop') ?? 0) * 1000,
  };
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  const emulator = await startEmulator({ ...given, log: (line) => console.log(`${new Date().toISOString()} ${line}`) });
  console.log(`Azure SignalR Service is emulated at ${emulator.url}. Connection string:\n${emulator.connectionString}`);
  process.once('SIGINT', () => void emulator.close());
  process.once('SIGTERM', () => void emulator.close());
}
