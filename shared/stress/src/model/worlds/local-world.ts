import type { SignalRServerOptions } from '@practical-signalr/server';
import type { ModelClient } from '../model-client.ts';
import { type ModelRules, transports } from '../model.ts';
import type { ServerEvent, World } from '../world.ts';
import { InProcessServers } from './in-process-servers.ts';

/** One server with the local lifetime manager, or with another one that is under test. */
export class LocalWorld implements World {
  readonly name = 'local';
  /** One connection receives all messages of the server in the order of the sends. */
  readonly rules: ModelRules = { isExact: true, orderKey: () => '' };
  readonly maximumEvents = { kill: 3, handOver: 0, restart: 3 };
  readonly transports: World['transports'];
  readonly isStateful = true;
  readonly hasClock = true;
  readonly continuesStreams = false;
  readonly #servers: InProcessServers;

  private constructor(servers: InProcessServers, usedTransports: World['transports']) {
    this.#servers = servers;
    this.transports = usedTransports;
  }

  static async start(
    scaleOut?: SignalRServerOptions['scaleOut'],
    usedTransports: World['transports'] = transports,
  ): Promise<LocalWorld> {
    const options: SignalRServerOptions = {
      allowStatefulReconnects: true,
      ...(scaleOut === undefined ? {} : { scaleOut }),
    };
    const servers = await InProcessServers.start(1, async () => ({ options }));
    return new LocalWorld(servers, usedTransports);
  }

  portOf(): number {
    return this.#servers.portOf(0);
  }

  continues(): boolean {
    return false;
  }

  async end(server: string, event: ServerEvent, clients: readonly ModelClient[]): Promise<void> {
    await this.#servers.end(server, event, clients);
  }

  async close(): Promise<void> {
    await this.#servers.close();
  }
}
