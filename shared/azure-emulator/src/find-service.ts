import { optionsFromEnvironment, parseConnectionString } from '@practical-signalr/azure';
import { type Emulator, startEmulator } from './start-emulator.ts';

/** A service for development. */
export interface FoundService {
  /** The URL of the service, without a key. */
  readonly endpoint: string;
  /** The environment variables that an app needs in addition to its own to find the service. */
  readonly environment: Readonly<Record<string, string>>;
  /** A description for the user, without a key. */
  readonly description: string;
  /** The emulator. Undefined if the environment names a service. */
  readonly emulator?: Emulator;
  /** Stops the emulator. Does nothing if the environment names a service. */
  close(): Promise<void>;
}

/**
 * Returns a service for development: the one that `azureSignalR()` finds in the environment, or an
 * emulator that it starts in this process.
 * @param options `port`: the port of the emulator, default 8888; 0 means any free port.
 * `environment`: the environment variables, default `process.env`.
 * @throws {TypeError} if the connection string is invalid
 * (`ERR_SIGNALR_AZURE_INVALID_CONNECTION_STRING`).
 * @throws {Error} if the port is in use (`ERR_SIGNALR_EMULATOR_PORT_IN_USE`).
 * @example
 * const service = await findService();
 * Object.assign(process.env, service.environment);
 * const signalr = new SignalRServer({ scaleOut: azureSignalR() });
 */
export async function findService(
  options: { readonly port?: number; readonly environment?: NodeJS.ProcessEnv } = {},
): Promise<FoundService> {
  const { environment = process.env, ...emulatorOptions } = options;
  const [configured] = optionsFromEnvironment(environment).endpoints ?? [];
  if (
    configured !== undefined &&
    typeof configured !== 'string' &&
    'connectionString' in configured
  ) {
    const { endpoint } = parseConnectionString(configured.connectionString);
    return {
      endpoint,
      environment: {},
      description: 'Azure SignalR Service',
      close: () => Promise.resolve(),
    };
  }
  const emulator = await startEmulator(emulatorOptions);
  return {
    endpoint: emulator.url,
    environment: { Azure__SignalR__ConnectionString: emulator.connectionString },
    description: `An emulator of Azure SignalR Service, on port ${emulator.port}`,
    emulator,
    close: () => emulator.close(),
  };
}
