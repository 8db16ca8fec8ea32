import { fetchText, withTimeLimit } from '@practical-signalr/lesson-kit/client';
import {
  type HubConnection,
  HubConnectionBuilder,
  type IHttpConnectionOptions,
  LogLevel,
} from '@microsoft/signalr';

/** How long to wait for a message, in ms. */
const WAIT_LIMIT = 10_000;
const NOT_ARRIVED =
  'The message has not arrived for 10 s. Check on the control panel that the instances run.';

/** Where a connection of the lab goes. */
export interface Target {
  /** Default: `/messages`. */
  readonly hub?: string;
  readonly options?: IHttpConnectionOptions;
}

/** A started connection, and the messages that it received. */
export interface LabClient {
  readonly connection: HubConnection;
  readonly received: readonly string[];
  /** The instance that runs the hub for this client. The service chooses it. */
  instance(): string | undefined;
  /**
   * Resolves with the instance that sent a message, when it arrives. Rejects if the connection
   * closes first, or after 10 s.
   */
  wait(message: string): Promise<string | undefined>;
}

/** Builds a connection with a token. */
export function buildConnection({ hub = '/messages', options }: Target = {}): HubConnection {
  const accessTokenFactory = () => fetchText('/token?name=alice');
  return new HubConnectionBuilder()
    .withUrl(hub, { accessTokenFactory, ...options })
    .configureLogging(LogLevel.None)
    .build();
}

/**
 * The maximum number of connections that are opened until the service has chosen every instance.
 */
const MAX_CONNECTIONS = 40;

/**
 * Opens connections until there is one on each of these instances, uses these, and closes all.
 * @example await withClientsOf(['instance 1', 'instance 2'], async ([a, b]) => …);
 */
export async function withClientsOf<TResult>(
  instances: readonly string[],
  use: (clients: readonly LabClient[]) => Promise<TResult>,
): Promise<TResult> {
  const opened: LabClient[] = [];
  const found = (): LabClient[] =>
    instances.flatMap((name) => opened.find((client) => client.instance() === name) ?? []);
  try {
    while (found().length < instances.length) {
      if (opened.length === MAX_CONNECTIONS) {
        throw new Error(`The service chose none of ${instances.join(', ')}. Try it again.`);
      }
      opened.push(await openClient());
    }
    return await use(found());
  } finally {
    await Promise.all(opened.map(({ connection }) => connection.stop()));
  }
}

/** Opens a connection, and waits until it knows its instance. */
export async function openClient(target: Target = {}): Promise<LabClient> {
  const { client, isServed } = createClient(target);
  await client.connection.start();
  try {
    await withTimeLimit(isServed, WAIT_LIMIT, NOT_ARRIVED);
  } catch (error) {
    await client.connection.stop();
    throw error;
  }
  return client;
}

function createClient(target: Target): { client: LabClient; isServed: Promise<void> } {
  const connection = buildConnection(target);
  const senders = new Map<string, string | undefined>();
  const received: string[] = [];
  const listeners = new Set<() => void>();
  let isClosed = false;
  let instance: string | undefined;
  const isServed = new Promise<void>((resolve) => {
    connection.on('ServedBy', (name: string) => {
      instance = name;
      resolve();
    });
  });
  const notify = (): void => {
    for (const listener of listeners) listener();
  };
  connection.on('ReceiveMessage', (message: string, sentBy?: string) => {
    senders.set(message, sentBy);
    received.push(message);
    notify();
  });
  connection.onclose(() => {
    isClosed = true;
    notify();
  });
  const client: LabClient = {
    connection,
    received,
    instance: () => instance,
    wait(message) {
      const arrived = new Promise<string | undefined>((resolve, reject) => {
        const check = (): void => {
          if (!senders.has(message) && !isClosed) return;
          listeners.delete(check);
          if (senders.has(message)) resolve(senders.get(message));
          else reject(new Error('The connection closed before the message arrived.'));
        };
        listeners.add(check);
        check();
      });
      return withTimeLimit(arrived, WAIT_LIMIT, NOT_ARRIVED);
    },
  };
  return { client, isServed };
}
