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
  'The message has not arrived for 10 s. Check on the control panel that Redis runs and is the backplane.';

/** Where a connection of the lab goes. */
export interface Target {
  /** Default: `/messages`. */
  readonly hub?: string;
  /** The instance that negotiates; default: `instance 1`. */
  readonly instance?: string;
  /** The balancer's rule for this connection; default: the rule of the control panel. */
  readonly balancer?: 'sticky' | 'round-robin';
  /** Whether the connection survives short interruptions; default: false. */
  readonly isStateful?: boolean;
  /** The name in the token. */
  readonly name?: string;
  readonly options?: IHttpConnectionOptions;
}

/** A started connection, and the messages that it received. */
export interface LabClient {
  readonly connection: HubConnection;
  readonly received: readonly string[];
  /**
   * Resolves with the instance that sent a message, when it arrives. Rejects if the connection
   * closes first, or after 10 s.
   */
  wait(message: string): Promise<string | undefined>;
}

/** Builds a connection to one instance, with a token. */
export function buildConnection({
  hub = '/messages',
  instance = 'instance 1',
  balancer,
  isStateful = false,
  name = 'alice',
  options,
}: Target): HubConnection {
  const query = new URLSearchParams({ instance, ...(balancer && { balancer }) });
  const accessTokenFactory = () => fetchText(`/token?name=${name}`);
  const builder = new HubConnectionBuilder()
    .withUrl(`${hub}?${query}`, { accessTokenFactory, ...options })
    .configureLogging(LogLevel.None);
  return (isStateful ? builder.withStatefulReconnect() : builder).build();
}

/**
 * Opens connections, uses them, and closes them.
 * @example
 * const clients = [{ instance: 'instance 1' }, { instance: 'instance 2' }];
 * await withClients(clients, async ([a, b]) => …);
 */
export async function withClients<const TTargets extends readonly Target[], TResult>(
  targets: TTargets,
  use: (clients: { [K in keyof TTargets]: LabClient }) => Promise<TResult>,
): Promise<TResult> {
  const clients = targets.map(createClient);
  try {
    for (const { connection } of clients) await connection.start();
    return await use(clients as { [K in keyof TTargets]: LabClient });
  } finally {
    await Promise.all(clients.map(({ connection }) => connection.stop()));
  }
}

function createClient(target: Target): LabClient {
  const connection = buildConnection(target);
  const senders = new Map<string, string | undefined>();
  const received: string[] = [];
  const listeners = new Set<() => void>();
  let isClosed = false;
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
  return {
    connection,
    received,
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
}
