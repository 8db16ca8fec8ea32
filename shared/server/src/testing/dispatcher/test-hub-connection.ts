import { type CompletionMessage, JsonHubProtocol } from '@practical-signalr/protocol';
import { ConnectionContext } from '../../connections/connection-context.ts';
import { QueryParameters } from '../../connections/connection-request.ts';
import { RunningClock } from '../../connections/running-clock.ts';
import type { SharedPayload } from '../../connections/shared-payload.ts';
import type { Transport } from '../../connections/transport.ts';
import { HubConnection } from '../../hubs/connection/hub-connection.ts';
import type { HubMethodOptions } from '../../hubs/hub-method-options.ts';
import type { HubOptions } from '../../hubs/hub-options.ts';
import type { Hub } from '../../hubs/hub.ts';
import type { SharedLimits } from '../../limits/shared-limits.ts';
import type { HubLifetimeManager } from '../../scale-out/hub-lifetime-manager.ts';
import type { CollectingLogger } from '../collecting-logger.ts';
import { testDispatcher } from './test-dispatcher.ts';

/** The character that ends each message of the JSON protocol. */
export const END = '\u001e';

/** A WebSocket that keeps what it sends, and the names of the other methods that were called. */
export class TestTransport implements Transport {
  readonly name: string = 'WebSockets';
  readonly sent: string[] = [];
  readonly calls: string[] = [];
  room: Promise<void> | undefined;

  send(payload: string | Uint8Array): void {
    this.sent.push(String(payload));
  }
  sendShared({ payload }: SharedPayload): void {
    this.sent.push(String(payload));
  }
  whenRoom(): Promise<void> | undefined {
    return this.room;
  }
  close(): void {
    this.calls.push('close');
  }
  abort(): void {
    this.calls.push('abort');
  }
  pause(): void {
    this.calls.push('pause');
  }
  resume(): void {
    this.calls.push('resume');
  }
}

/** What a test can change about a {@link TestHubConnection}. */
export interface TestHubConnectionOptions {
  readonly hub: new () => Hub;
  readonly methods?: Readonly<Record<string, HubMethodOptions>>;
  readonly options?: Partial<HubOptions>;
  readonly lifetime?: Partial<HubLifetimeManager>;
  readonly limits?: Partial<SharedLimits>;
  readonly transport?: TestTransport;
  readonly useStatefulReconnect?: boolean;
}

/** A connection to a hub without a server, whose client is the test. */
export interface TestHubConnection {
  readonly connection: HubConnection;
  readonly context: ConnectionContext;
  readonly transport: TestTransport;
  readonly logger: CollectingLogger;
  /** What was reported to the lifetime manager, the observer and the owner of the connection. */
  readonly events: string[];
  /** Sends a message of the client. */
  readonly receive: (message: object) => void;
  /** Sends the handshake of the client, and waits for the connected hook. */
  readonly join: (version?: number) => Promise<void>;
  /** Returns the messages that the client has received since the last call. */
  readonly takeSent: () => unknown[];
}

/** The default options of a server that a connection reads. */
const defaults = {
  keepAliveInterval: 15_000,
  clientTimeoutInterval: 30_000,
  handshakeTimeout: 15_000,
  maximumReceiveMessageSize: 200_000,
  maximumParallelInvocationsPerClient: 1,
  streamBufferCapacity: 10,
  statefulReconnectBufferSize: 100_000,
  disconnectTimeout: 15_000,
  sendTimeout: 30_000,
  shutdownTimeout: 30_000,
  protocols: [new JsonHubProtocol()],
  userIdProvider: { getUserId: () => 'ada' },
};

/** Opens a connection to a hub without a server. */
export function openHubConnection({
  hub,
  methods = {},
  options = {},
  lifetime = {},
  limits = {},
  transport = new TestTransport(),
  useStatefulReconnect = false,
}: TestHubConnectionOptions): TestHubConnection {
  const events: string[] = [];
  const record = async (event: string): Promise<void> => void events.push(event);
  const observer = {
    onOpened: (name: string) => void events.push(`opened ${name}`),
    onClosed: (name: string, isFailure: boolean) =>
      void events.push(isFailure ? `failed ${name}` : `closed ${name}`),
    onCall: () => undefined,
    onFailedCall: (name: string) => void events.push(`failed call of ${name}`),
  };
  const { dispatcher, logger } = testDispatcher(
    hub,
    methods,
    { ...defaults, activity: { observer }, ...options },
    {
      onConnected: () => record('joined'),
      onDisconnecting: () => record('leaving'),
      onDisconnected: () => record('left'),
      setConnectionResult: (id: string, { invocationId }: CompletionMessage) => {
        events.push(`result ${invocationId} of ${id}`);
      },
      ...lifetime,
    },
  );
  const context = new ConnectionContext('c', 'token');
  context.useStatefulReconnect = useStatefulReconnect;
  const request = {
    path: '/hub',
    query: new QueryParameters(''),
    params: {},
    headers: {},
    remoteAddress: undefined,
  };
  const connection = new HubConnection(
    context,
    transport,
    request,
    dispatcher,
    new RunningClock(0),
    { limiter: undefined, bytesInFlight: undefined, ...limits },
    () => events.push('ended'),
  );
  const receive = (message: object): void =>
    connection.onReceive(`${JSON.stringify(message)}${END}`);
  return {
    connection,
    context,
    transport,
    logger,
    events,
    receive,
    async join(version = 1) {
      receive({ protocol: 'json', version });
      // The connected hook of a test that waits runs until the test lets it continue.
      await new Promise(setImmediate);
      transport.sent.length = 0;
    },
    takeSent() {
      const messages = transport.sent
        .splice(0)
        .flatMap((payload) => payload.split(END).filter((text) => text !== ''));
      return messages.map((text) => JSON.parse(text) as unknown);
    },
  };
}
