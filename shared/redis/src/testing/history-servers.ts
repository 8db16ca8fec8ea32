import {
  HttpTransportType,
  HubConnectionBuilder,
  type IHubProtocol,
  LogLevel,
} from '@microsoft/signalr';
import {
  Hub,
  type HubContext,
  SignalRServer,
  type SignalRServerOptions,
} from '@practical-signalr/server';
import {
  type RecoveringHubConnection,
  type RecoveryResult,
  withRecovery,
} from '@practical-signalr/server/client';
import { testServer, type TestServer } from '@practical-signalr/server/testing';
import type { HealthReportEntry } from '@practical-signalr/server/scale-out';
import type { RedisOptions } from '../redis-options.ts';
import { redis } from '../redis.ts';

interface FeedClient {
  receive(text: string): void;
}

/** A hub whose users are named by the query of the URL. */
export class FeedHub extends Hub<FeedClient> {
  async join(group: string): Promise<void> {
    await this.groups.add(this.context.connectionId, group);
  }

  async leave(group: string): Promise<void> {
    await this.groups.remove(this.context.connectionId, group);
  }

  async sayToOthers(text: string): Promise<void> {
    await this.clients.others.send('receive', text);
  }
}

const ignore = (): void => undefined;
export const silentLogger = { debug: ignore, info: ignore, warn: ignore, error: ignore };

/** A server of the hub, with its hub context. */
export interface FeedServer {
  readonly port: number;
  readonly url: string;
  readonly hub: HubContext<FeedClient>;
  health(): HealthReportEntry;
  /** Hands the connections over to other servers. */
  handOver(): Promise<void>;
  close(): Promise<void>;
}

/** The options of servers that hand connections over. */
export const movingOptions: SignalRServerOptions = {
  connectionTokens: { keys: ['a key that all servers of a test share'] },
  allowStatefulReconnects: true,
};

/** Starts a server whose history is on by default. */
export async function startFeedServer(
  options: RedisOptions,
  path = '/feed',
  serverOptions: SignalRServerOptions = {},
): Promise<FeedServer> {
  let hub: HubContext<FeedClient> | undefined;
  let signalr: SignalRServer | undefined;
  const server: TestServer = await testServer(
    (created) => {
      signalr = created;
      hub = created.mapHub(path, FeedHub, {
        methods: ['join', 'leave', 'sayToOthers'],
        userIdProvider: { getUserId: ({ request }) => request.query.get('user') ?? undefined },
      });
    },
    {
      scaleOut: redis({ history: { restoreGroups: true }, heartbeatInterval: 100, ...options }),
      logger: silentLogger,
      ...serverOptions,
    },
  );
  const { port, url } = server;
  return {
    port,
    url,
    hub: hub as HubContext<FeedClient>,
    health: () => (signalr as SignalRServer).health().entries['FeedHub'] as HealthReportEntry,
    handOver: () => (signalr as SignalRServer).close({ handOver: true }),
    close: () => server.close(),
  };
}

/** An official client with recovery, and what its handlers received. */
export class FeedClientConnection {
  readonly connection: RecoveringHubConnection;
  readonly texts: string[] = [];
  readonly results: RecoveryResult[] = [];
  /** How often the client has noticed that its connection was lost. */
  reconnecting = 0;
  #position: string | undefined;
  #resume: () => void = ignore;

  constructor(url: string, user: string, protocol?: IHubProtocol, isStateful = false) {
    const builder = new HubConnectionBuilder()
      .withUrl(`${url}/feed?user=${user}`, { transport: HttpTransportType.WebSockets })
      .withAutomaticReconnect({ nextRetryDelayInMilliseconds: () => 20 })
      .configureLogging(LogLevel.None);
    if (protocol !== undefined) builder.withHubProtocol(protocol);
    if (isStateful) builder.withStatefulReconnect();
    this.connection = withRecovery(builder).build();
    this.connection.on('receive', (text: string) => {
      this.texts.push(text);
      this.#resume();
    });
    this.connection.onrecovered((result) => {
      this.results.push(result);
      this.#resume();
    });
    this.connection.on('__reached', (position: string) => {
      this.#position = position;
      this.#resume();
    });
    this.connection.onreconnecting(() => {
      this.reconnecting++;
      this.#resume();
    });
  }

  /** Waits until a condition holds, and checks it after each event of the client. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => (this.#resume = resolve));
  }

  /** Waits for the last text and returns all texts so far. */
  async received(last: string): Promise<readonly string[]> {
    await this.until(() => this.texts.includes(last));
    return this.texts;
  }

  /** Waits for the result of a recovery, by its index. */
  async result(index = 0): Promise<RecoveryResult> {
    await this.until(() => this.results.length > index);
    return this.results[index] as RecoveryResult;
  }

  /** Waits until the client knows that it has received everything up to a position. */
  async reached(position: string): Promise<void> {
    await this.until(() => this.#position === position);
  }

  async disconnected(): Promise<void> {
    await this.until(() => this.connection.state === 'Reconnecting');
  }
}
