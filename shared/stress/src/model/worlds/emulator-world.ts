import { azureSignalR } from '@practical-signalr/azure';
import { type Emulator, startEmulator } from '@practical-signalr/azure-emulator';
import { FaultProxy } from '../../proxy/fault-proxy.ts';
import type { ModelClient } from '../model-client.ts';
import { type ModelRules, transports } from '../model.ts';
import type { ServerEvent, World } from '../world.ts';
import { silentLogger } from '../../silent-logger.ts';
import { InProcessServers } from './in-process-servers.ts';

/** Two servers behind the emulator of Azure SignalR Service, which moves their clients. */
export class EmulatorWorld implements World {
  readonly name = 'emulator';
  /** Messages that use the same server connection stay in order. */
  readonly rules: ModelRules = {
    isExact: false,
    orderKey: ({ slot, server }, target) => `${slot} ${server} ${target}`,
  };
  readonly maximumEvents = { kill: 2, handOver: 3, restart: 0 };
  readonly transports = transports;
  readonly isStateful = false;
  readonly hasClock = false;
  readonly continuesStreams = false;
  readonly #emulator: Emulator;
  readonly #servers: InProcessServers;

  private constructor(emulator: Emulator, servers: InProcessServers) {
    this.#emulator = emulator;
    this.#servers = servers;
  }

  static async start(): Promise<EmulatorWorld> {
    const emulator = await startEmulator({ port: 0 });
    const servers = await InProcessServers.start(2, async () => {
      const link = await FaultProxy.start(emulator.port);
      const { connectionString } = emulator;
      const scaleOut = azureSignalR({
        connectionString: `${connectionString}ServerEndpoint=http://127.0.0.1:${link.port};`,
        environment: {},
        logger: silentLogger,
        initialHubServerConnectionCount: 2,
        migrationLevel: 'ShutdownOnly',
        gracefulShutdown: { mode: 'MigrateClients' },
      });
      return { options: { scaleOut }, link };
    });
    return new EmulatorWorld(emulator, servers);
  }

  portOf(position: number): number {
    return this.#servers.portOf(position);
  }

  continues(): boolean {
    return true;
  }

  async end(server: string, event: ServerEvent, clients: readonly ModelClient[]): Promise<void> {
    await this.#servers.end(server, event, clients);
  }

  async close(): Promise<void> {
    await this.#servers.close();
    await this.#emulator.close();
  }
}
