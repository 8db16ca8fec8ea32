import {
  type AzureSignalROptions,
  choices,
  type EndpointOptions,
  shutdownModes,
} from './azure-options.ts';
import type { EndpointType } from './endpoints/service-endpoint.ts';

type Environment = Readonly<Record<string, string | undefined>>;
/** A setting under the name that the environment has for it, with `:`. */
interface Variable {
  readonly key: string;
  readonly value: string;
}
type Writable<T> = { -readonly [TName in keyof T]: T[TName] };

const CONNECTION_STRING = 'azure:signalr:connectionstring';

/**
 * The settings that the official SDK reads from the environment, under the same names.
 * `__` stands for `:`, and case does not matter; the name of a further endpoint keeps its own.
 * @example
 * // Azure__SignalR__ConnectionString=Endpoint=…;AccessKey=…
 * // Azure__SignalR__ConnectionString__east__secondary=…     a further endpoint, by name and type
 */
export function optionsFromEnvironment(environment: Environment): AzureSignalROptions {
  const values = new Map<string, Variable>();
  for (const [name, value] of Object.entries(environment)) {
    const key = name.replaceAll('__', ':');
    if (value !== undefined && value !== '') values.set(key.toLowerCase(), { key, value });
  }
  const prefix = ['', 'connectionstrings:'].find((start) => has(values, start + CONNECTION_STRING));
  const options: Writable<AzureSignalROptions> = {};
  if (prefix !== undefined) options.endpoints = endpoints(values, prefix + CONNECTION_STRING);
  const text = (name: string): string | undefined =>
    values.get(`azure:signalr:${name.toLowerCase()}`)?.value;
  const number = (name: string): number | undefined =>
    text(name) === undefined ? undefined : Number(text(name));
  const seconds = (name: string): number | undefined =>
    text(name) === undefined ? undefined : 1000 * Number(text(name));
  const set = <TName extends keyof AzureSignalROptions>(
    name: TName,
    value: AzureSignalROptions[TName],
  ): void => {
    if (value !== undefined) options[name] = value;
  };
  set('applicationName', text('ApplicationName'));
  set('serverStickyMode', choice(text('ServerStickyMode'), choices.serverStickyMode));
  set('initialHubServerConnectionCount', number('InitialHubServerConnectionCount'));
  set('maxHubServerConnectionCount', number('MaxHubServerConnectionCount'));
  set('accessTokenAlgorithm', choice(text('AccessTokenAlgorithm'), choices.accessTokenAlgorithm));
  set('accessTokenLifetime', seconds('AccessTokenLifetimeInSeconds'));
  set('maxPollInterval', seconds('MaxPollIntervalInSeconds'));
  const mode = choice(text('GracefulShutdown:Mode'), shutdownModes);
  const timeout = seconds('GracefulShutdown:TimeoutInSeconds');
  if (mode !== undefined)
    options.gracefulShutdown = timeout === undefined ? { mode } : { mode, timeout };
  return options;
}

/** A value as the options spell it; what is no choice stays as it is, and is refused as an option. */
function choice<TChoice extends string>(
  text: string | undefined,
  list: readonly TChoice[],
): TChoice | undefined {
  return (
    list.find((one) => one.toLowerCase() === text?.toLowerCase()) ?? (text as TChoice | undefined)
  );
}

const has = (values: ReadonlyMap<string, Variable>, key: string): boolean =>
  [...values.keys()].some((name) => name === key || name.startsWith(`${key}:`));

function endpoints(values: ReadonlyMap<string, Variable>, at: string): EndpointOptions[] {
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
