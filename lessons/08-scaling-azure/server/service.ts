import { type Emulator, startEmulator } from '@practical-signalr/azure-emulator';

/** Azure SignalR Service, or what stands in for it. */
export interface Service {
  readonly connectionString: string;
  readonly description: string;
  /** Undefined for the real one. */
  readonly emulator?: Emulator;
  close(): Promise<void>;
}

/** The service of `Azure__SignalR__ConnectionString`, else an emulator: on another port than the lesson's own it takes a free one. */
export async function findService(environment: NodeJS.ProcessEnv = process.env): Promise<Service> {
  const connectionString = environment['Azure__SignalR__ConnectionString'];
  if (connectionString) {
    return { connectionString, description: 'Azure SignalR Service', close: () => Promise.resolve() };
  }
  const port = ['4108', undefined].includes(environment['PORT']) ? 8888 : 0;
  const emulator = await startEmulator({ port });
  const description = `An emulator of Azure SignalR Service, on port ${emulator.port}`;
  return { connectionString: emulator.connectionString, description, emulator, close: () => emulator.close() };
}
