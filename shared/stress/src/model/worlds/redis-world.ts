import { redis } from '@practical-signalr/redis';
import { type RedisServerProcess, startRedisServer } from '@practical-signalr/redis/local';
import { FaultProxy } from '../../proxy/fault-proxy.ts';
import type { ModelClient } from '../model-client.ts';
import { type ClientKind, type ModelRules, transports } from '../model.ts';
import type { ServerEvent, World } from '../world.ts';
import { InProcessServers } from './in-process-servers.ts';

const keys = ['a key that all servers of the model-based test share'];

/** Two servers that a Redis connects, and that hand their connections over. */
export class RedisWorld implements World {
  readonly name = 'redis';
  /** Messages of one server to one target stay in order. */
  readonly rules: ModelRules = {
    isExact: false,
    orderKey: ({ server }, target) => `${server} ${target}`,
  };
  readonly maximumEvents = { kill: 2, handOver: 3, restart: 1 };
  readonly transports = transports;
  readonly isStateful = true;
  readonly hasClock = true;
  readonly continuesStreams = true;
  readonly #redis: RedisServerProcess;
  readonly #servers: InProcessServers;

  private constructor(redisServer: RedisServerProcess, servers: InProcessServers) {
    this.#redis = redisServer;
    this.#servers = servers;
  }

  static async start(): Promise<RedisWorld> {
    const redisServer = await startRedisServer();
    const servers = await InProcessServers.start(2, async () => {
      const link = await FaultProxy.start(redisServer.port);
      const url = `redis://127.0.0.1:${link.port}`;
      const scaleOut = redis({ url, handOver: true, heartbeatTimeout: 2000 });
      const options = { scaleOut, connectionTokens: { keys }, allowStatefulReconnects: true };
      return { options, link };
    });
    return new RedisWorld(redisServer, servers);
  }

  portOf(position: number): number {
    return this.#servers.portOf(position);
  }

  continues({ isStateful }: ClientKind): boolean {
    return isStateful;
  }

  async end(server: string, event: ServerEvent, clients: readonly ModelClient[]): Promise<void> {
    await this.#servers.end(server, event, clients);
  }

  async close(): Promise<void> {
    await this.#servers.close();
    await this.#redis.close();
  }
}
