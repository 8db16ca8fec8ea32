import { optionsFromEnvironment, parseConnectionString } from '@practical-signalr/azure';
import { type Emulator, startEmulator } from './start-emulator.ts';

/** A service to develop with. */
export interface FoundService {
  /** Its address, without a key. */
  readonly endpoint: string;
  /** What an app needs in its environment to find it, beside what stands in it already. */
  readonly environment: Readonly<Record<string, string>>;
  /** What to tell the user, without a key. */
  readonly description: string;
  /** Undefined where the service was given. */
  readonly emulator?: Emulator;
  /** Ends what was started. */
  close(): Promise<void>;
}

/**
 * A service for development: the one that `azureSignalR()` finds in the environment, else an emulator in this process.
 * @param options `port` of the emulator, default 8888; 0 takes any free one. `environment`: default `process.env`.
 * @throws {TypeError} what is wrong with the connection string; {Error} a sentence when the port is taken.
 * @example
 * const service = await findService();
 * Object.assign(process.env, service.environment);
 * const signalr = new SignalRServer({ scaleOut: azureSignalR() });
 */
export async function findService(
  options: { readonly port?: number; readonly environment?: NodeJS.ProcessEnv } = {},
): Promise<FoundService> {
  const { port, environment = process.env } = options;
  const [given] = optionsFromEnvironment(environment).endpoints ?? [];
  if (given !== undefined && typeof given !== 'string' && 'connectionString' in given) {
    const { endpoint } = parseConnectionString(given.connectionString);
    return {
      endpoint,
      environment: {},
      description: 'Azure SignalR Service',
      close: () => Promise.resolve(),
    };
  }
  const emulator = await startEmulator(port === undefined ? {} : { port });
  return {
    endpoint: emulator.url,
    environment: { Azure__SignalR__ConnectionString: emulator.connectionString },
    description: `An emulator of Azure SignalR Service, on port ${emulator.port}`,
    emulator,
    close: () => emulator.close(),
  };
}
