import type { AzureSignalROptions, EndpointOptions, ShutdownMode } from './azure-options.ts';
import type { EndpointType } from './endpoints/service-endpoint.ts';

type Environment = Readonly<Record<string, string | undefined>>;
type Writable<T> = { -readonly [TName in keyof T]: T[TName] };

const CONNECTION_STRING = 'azure:signalr:connectionstring';

/**
 * The settings that the official SDK reads from the environment, under the same names.
 * `__` stands for `:`, and case does not matter.
 * @example
 * // Azure__SignalR__ConnectionString=Endpoint=…;AccessKey=…
 * // Azure__SignalR__ConnectionString__east__secondary=…     a further endpoint, by name and type
 */
export function optionsFromEnvironment(environment: Environment): AzureSignalROptions {
  const values = new Map<string, string>();
  for (const [name, value] of Object.entries(environment)) {
    if (value !== undefined && value !== '') values.set(name.replaceAll('__', ':').toLowerCase(), value);
  }
  const prefix = ['', 'connectionstrings:'].find((start) => has(values, start + CONNECTION_STRING));
  const options: Writable<AzureSignalROptions> = {};
  if (prefix !== undefined) options.endpoints = endpoints(values, prefix + CONNECTION_STRING);
  const text = (name: string): string | undefined => values.get(`azure:signalr:${name.toLowerCase()}`);
  const number = (name: string): number | undefined => (text(name) === undefined ? undefined : Number(text(name)));
  const seconds = (name: string): number | undefined =>
    text(name) === undefined ? undefined : 1000 * Number(text(name));
  const set = <TName extends keyof AzureSignalROptions>(name: TName, value: AzureSignalROptions[TName]): void => {
    if (value !== undefined) options[name] = value;
  };
  set('applicationName', text('ApplicationName'));
  set('serverStickyMode', text('ServerStickyMode') as AzureSignalROptions['serverStickyMode']);
  set('initialHubServerConnectionCount', number('InitialHubServerConnectionCount'));
  set('maxHubServerConnectionCount', number('MaxHubServerConnectionCount'));
  set('accessTokenAlgorithm', text('AccessTokenAlgorithm') as AzureSignalROptions['accessTokenAlgorithm']);
  set('accessTokenLifetime', seconds('AccessTokenLifetimeInSeconds'));
  set('maxPollInterval', seconds('MaxPollIntervalInSeconds'));
  const mode = text('GracefulShutdown:Mode') as ShutdownMode | undefined;
  const timeout = seconds('GracefulShutdown:TimeoutInSeconds');
  if (mode !== undefined) options.gracefulShutdown = timeout === undefined ? { mode } : { mode, timeout };
  return options;
}

const has = (values: ReadonlyMap<string, string>, key: string): boolean =>
  [...values.keys()].some((name) => name === key || name.startsWith(`${key}:`));

function endpoints(values: ReadonlyMap<string, string>, key: string): EndpointOptions[] {
  const list: EndpointOptions[] = [];
  for (const [name, connectionString] of values) {
    if (name === key) list.push({ connectionString });
    else if (name.startsWith(`${key}:`)) {
      const [child = '', type] = name.slice(key.length + 1).split(':');
      list.push({ connectionString, name: child, type: (type ?? 'primary') as EndpointType });
    }
  }
  return list;
}
