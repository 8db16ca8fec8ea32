import {
  type AzureSignalROptions,
  choices,
  type EndpointOptions,
  shutdownModes,
} from './azure-options.ts';
import type { EndpointType } from './endpoints/service-endpoint.ts';

type Environment = Readonly<Record<string, string | undefined>>;
/** A setting with its name in the environment, in which `:` separates the parts. */
interface Setting {
  readonly key: string;
  readonly value: string;
}
type Writable<T> = { -readonly [TName in keyof T]: T[TName] };

const CONNECTION_STRING = 'azure:signalr:connectionstring';

/**
 * Returns the settings in the environment, under the names that the official SDK reads. `__` means
 * `:`. Names are case-insensitive, but the name of an additional endpoint keeps its case.
 * @example
 * // Azure__SignalR__ConnectionString=Endpoint=…;AccessKey=…
 * // Azure__SignalR__ConnectionString__east__secondary=…     an additional endpoint with name and
 * type
 */
export function optionsFromEnvironment(environment: Environment): AzureSignalROptions {
  const values = new Map<string, Setting>();
  for (const [name, value] of Object.entries(environment)) {
    const key = name.replaceAll('__', ':');
    if (value !== undefined && value !== '') values.set(key.toLowerCase(), { key, value });
  }
  const prefix = ['', 'connectionstrings:'].find((start) => has(values, start + CONNECTION_STRING));
  const options: Writable<AzureSignalROptions> = {};
  if (prefix !== undefined) options.endpoints = endpoints(values, prefix + CONNECTION_STRING);
  const setting = (name: string): string | undefined =>
    values.get(`azure:signalr:${name.toLowerCase()}`)?.value;
  const number = (name: string): number | undefined =>
    setting(name) === undefined ? undefined : Number(setting(name));
  const seconds = (name: string): number | undefined =>
    setting(name) === undefined ? undefined : 1000 * Number(setting(name));
  const set = <TName extends keyof AzureSignalROptions>(
    name: TName,
    value: AzureSignalROptions[TName],
  ): void => {
    if (value !== undefined) options[name] = value;
  };
  set('applicationName', setting('ApplicationName'));
  set('serverStickyMode', choice(setting('ServerStickyMode'), choices.serverStickyMode));
  set('initialHubServerConnectionCount', number('InitialHubServerConnectionCount'));
  set('maxHubServerConnectionCount', number('MaxHubServerConnectionCount'));
  set(
    'accessTokenAlgorithm',
    choice(setting('AccessTokenAlgorithm'), choices.accessTokenAlgorithm),
  );
  set('accessTokenLifetime', seconds('AccessTokenLifetimeInSeconds'));
  set('maxPollInterval', seconds('MaxPollIntervalInSeconds'));
  const mode = choice(setting('GracefulShutdown:Mode'), shutdownModes);
  const timeout = seconds('GracefulShutdown:TimeoutInSeconds');
  if (mode !== undefined)
    options.gracefulShutdown = timeout === undefined ? { mode } : { mode, timeout };
  return options;
}

/**
 * Returns the value as the options spell it. An unknown value is returned unchanged; the check of
 * the options refuses it.
 */
function choice<TChoice extends string>(
  value: string | undefined,
  choices: readonly TChoice[],
): TChoice | undefined {
  return (
    choices.find((one) => one.toLowerCase() === value?.toLowerCase()) ??
    (value as TChoice | undefined)
  );
}

const has = (values: ReadonlyMap<string, Setting>, key: string): boolean =>
  [...values.keys()].some((name) => name === key || name.startsWith(`${key}:`));

function endpoints(values: ReadonlyMap<string, Setting>, at: string): EndpointOptions[] {
  const list: EndpointOptions[] = [];
  for (const [name, { key, value: connectionString }] of values) {
    if (name === at) list.push({ connectionString });
    else if (name.startsWith(`${at}:`)) {
      const [child = '', type = 'primary'] = key.slice(at.length + 1).split(':');
      list.push({ connectionString, name: child, type: type.toLowerCase() as EndpointType });
    }
  }
  return list;
}
