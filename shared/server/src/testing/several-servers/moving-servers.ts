import {
  type HubConnection,
  HubConnectionBuilder,
  type IHubProtocol,
  LogLevel,
} from '@microsoft/signalr';
import { Gate } from '../../connections/gate.ts';
import type { ServerCloseOptions } from '../../hosting/signalr-server.ts';
import type { HubContext } from '../../hub-context/hub-context.ts';
import type { UntypedClient } from '../../hubs/client-contract.ts';
import { Hub } from '../../hubs/hub.ts';
import { stream } from '../../hubs/streams/stream-parameter.ts';
import type { SignalRServerOptions } from '../../server-options.ts';
import { CollectingLogger } from '../collecting-logger.ts';
import { testServer, type TestServer } from '../test-server.ts';
import { TestTimeout } from '../test-timeout.ts';
import { type Balancer, startBalancer } from './balancer.ts';
import { MemoryBackplane } from './memory-backplane.ts';

/** What the hub reports to the test, and how the test controls it. */
class HubControl {
  /** The hooks that have run. */
  readonly events: string[] = [];
  /** Opens when a call, a stream or an upload is in progress. */
  readonly running = new Gate();
  /** Calls and streams wait for it. */
  readonly finish = new Gate();
  /** Called by `onConnectionMoved`. */
  onMoved: () => void = () => undefined;
}

class MovingHub extends Hub {
  readonly #control: HubControl;

  constructor(control: HubControl) {
    super();
    this.#control = control;
  }

  override onConnected(): void {
    this.#control.events.push('connected');
  }

  override onConnectionMoved(): void {
    this.#control.onMoved();
    this.#control.events.push(`moved ${this.context.userIdentifier ?? 'nobody'}`);
  }

  override onDisconnected(): void {
    this.#control.events.push('disconnected');
  }

  echo(text: string): string {
    return text;
  }

  async join(group: string): Promise<void> {
    await this.groups.add(this.context.connectionId, group);
  }

  async slow(): Promise<string> {
    this.#control.running.open();
    await this.#control.finish.wait();
    return 'done';
  }

  async *count(): AsyncGenerator<number> {
    yield 0;
    this.#control.running.open();
    await this.#control.finish.wait();
    yield 1;
  }

  async upload(items: AsyncIterable<number>): Promise<number> {
    let sum = 0;
    for await (const item of items) {
      sum += item;
      this.#control.running.open();
    }
    return sum;
  }

  async ask(): Promise<unknown> {
    return this.clients.caller.invoke('answer');
  }
}

const methods = {
  echo: {},
  join: {},
  slow: {},
  count: {},
  upload: { arguments: [stream] },
  ask: {},
};

/** The key of the connection tokens. */
export const KEY = 'a key of the connection tokens of a test';

/** A client of several servers. */
export interface MovingClient {
  readonly connection: HubConnection;
  /** What the client has received, and its reconnects. */
  readonly received: unknown[];
  /** Waits until the client has received this number of values. */
  readonly until: (count: number) => Promise<unknown[]>;
}

/** Servers that hand their connections over, behind a balancer. Starts with one server. */
export class MovingServers {
  readonly hub = new HubControl();
  readonly backplane = new MemoryBackplane();
  readonly logger = new CollectingLogger();
  readonly drainTimeout = new TestTimeout();
  readonly claimTimeout = new TestTimeout();
  readonly servers: TestServer[] = [];
  readonly balancer: Balancer;
  readonly #clients: HubConnection[] = [];

  private constructor(balancer: Balancer) {
    this.balancer = balancer;
  }

  static async start(): Promise<MovingServers> {
    const moving = new MovingServers(await startBalancer());
    const { port } = await moving.startServer();
    moving.balancer.ports.add(port);
    return moving;
  }

  async startServer(
    options: SignalRServerOptions = {},
    name = 'MovingHub',
    path: `/${string}` = '/hub',
  ): Promise<TestServer> {
    const hub = { hub: MovingHub, create: () => new MovingHub(this.hub) };
    const server = await testServer(
      { [path]: { hub, methods, name } },
      {
        scaleOut: this.backplane.scaleOut,
        connectionTokens: { keys: [KEY] },
        allowStatefulReconnects: true,
        logger: this.logger,
        disconnectTimeout: this.claimTimeout.ms,
        ...options,
      },
    );
    this.servers.push(server);
    return server;
  }

  /** Sends all new connections to one server, or to none. */
  route(server?: TestServer): void {
    this.balancer.ports.clear();
    if (server !== undefined) this.balancer.ports.add(server.port);
  }

  /** Connects an official client with stateful reconnect. */
  async connect(protocol?: IHubProtocol, accessToken?: string): Promise<MovingClient> {
    const builder = new HubConnectionBuilder()
      .withUrl(
        `${this.balancer.url}/hub`,
        accessToken === undefined ? {} : { accessTokenFactory: () => accessToken },
      )
      .withStatefulReconnect()
      .withAutomaticReconnect([0])
      .configureLogging(LogLevel.None);
    if (protocol !== undefined) builder.withHubProtocol(protocol);
    const connection = builder.build();
    this.#clients.push(connection);
    const received: unknown[] = [];
    const arrived = new Gate();
    const add = (value: unknown): void => {
      received.push(value);
      arrived.open();
    };
    connection.on('m', add);
    connection.onreconnecting(() => add('reconnecting'));
    await connection.start();
    const until = async (count: number): Promise<unknown[]> => {
      while (received.length < count) await arrived.wait();
      return received;
    };
    return { connection, received, until };
  }

  /** Stops the first server after another one has started. Returns the other one. */
  async moveAll(options: ServerCloseOptions = {}): Promise<TestServer> {
    const [from] = this.servers as [TestServer];
    const to = await this.startServer();
    this.route(to);
    from.server.close();
    const drainTimeout = this.drainTimeout.ms;
    await from.signalr.close({ handOver: true, drainTimeout, ...options });
    return to;
  }

  /** Sends to the clients of all servers. */
  clientsOf({ hubs }: TestServer): HubContext<UntypedClient>['clients'] {
    return (hubs['/hub'] as HubContext<UntypedClient>).clients;
  }

  async close(): Promise<void> {
    for (const client of this.#clients) await client.stop();
    for (const server of this.servers) await server.close();
    await this.balancer.close();
    this.drainTimeout[Symbol.dispose]();
    this.claimTimeout[Symbol.dispose]();
  }
}
