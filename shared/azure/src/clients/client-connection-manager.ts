import type { IncomingHttpHeaders } from 'node:http';
import {
  type ConnectionRequest,
  Gate,
  type Logger,
  QueryParameters,
  type ScaleOutHub,
} from '@practical-signalr/server/scale-out';
import { FlowControl } from '../connections/flow-control.ts';
import type { ServiceConnection } from '../connections/service-connection.ts';
import { logMessages } from '../log-messages.ts';
import { type Headers, type MessageOf, ServiceMessageType } from '../service-protocol/index.ts';
import { ClientConnection, header } from './client-connection.ts';

type OpenConnection = MessageOf<typeof ServiceMessageType.OpenConnection>;
type CloseConnection = MessageOf<typeof ServiceMessageType.CloseConnection>;
type ConnectionData = MessageOf<typeof ServiceMessageType.ConnectionData>;

/** The object type and the kind of a service event that reports an unknown connection. */
const CONNECTION = 1;
const NOT_EXISTED = 2;
/** The time between checks for clients whose authentication has expired, in ms. */
const EXPIRY_INTERVAL = 1000;

/**
 * The clients of one hub on this server, by server connection. A client that moves may open on one
 * connection before it is closed on the other.
 */
export class ClientConnectionManager {
  readonly #hub: ScaleOutHub;
  readonly #logger: Logger;
  readonly #byConnection = new Map<ServiceConnection, Map<string, ClientConnection>>();
  readonly #clients = new Map<string, ClientConnection>();
  /** The number of clients whose authentication expires. */
  #expiringCount = 0;
  #expiry: NodeJS.Timeout | undefined;
  /** Opens when a client has left. */
  readonly #left = new Gate();

  constructor(hub: ScaleOutHub, logger: Logger) {
    this.#hub = hub;
    this.#logger = logger;
  }

  find(connectionId: string): ClientConnection | undefined {
    return this.#clients.get(connectionId);
  }

  open(connection: ServiceConnection, message: OpenConnection): void {
    const id = message.connectionId ?? '';
    const protocol = this.#hub.protocols.find(
      ({ name }) => name === message.ext?.protocol?.toLowerCase(),
    );
    const client: ClientConnection = new ClientConnection(
      connection,
      message,
      protocol,
      () => this.#forget(client),
      (message) => this.#logger.warn(message),
    );
    this.#clientsOf(connection).get(id)?.end();
    this.#clientsOf(connection).set(id, client);
    this.#clients.set(id, client);
    if (client.user.expiresAt !== undefined) {
      this.#expiringCount += 1;
      this.#expiry ??= setInterval(() => this.#closeExpired(), EXPIRY_INTERVAL).unref();
    }
    const request = clientRequest(message, client.user.path);
    // The app determined the user when the client negotiated.
    const { user, userIdentifier = null } = client.user;
    const events = this.#hub.accept({
      connectionId: id,
      transport: client,
      request,
      user,
      userIdentifier,
    });
    if (events !== undefined) return client.listen(events);
    this.#logger.warn(logMessages.unknownPath(request.path));
    client.close();
  }

  receive(connection: ServiceConnection, message: ConnectionData): void {
    const client = this.#find(connection, message.connectionId);
    // Data may arrive after its client was closed. Ignore it.
    client?.receive(message.payload as Uint8Array);
  }

  /**
   * Called when a client has disconnected, or moves to another server. Calls of a client that moves
   * can finish.
   */
  onClosed(connection: ServiceConnection, { connectionId, headers }: CloseConnection): void {
    const client = this.#find(connection, connectionId);
    if (header(headers, 'Asrs-Migrate-To') === undefined) client?.end();
    else client?.onMoved();
  }

  /** The service pauses or resumes sending to a client. */
  onFlowControl(
    connection: ServiceConnection,
    message: MessageOf<typeof ServiceMessageType.ConnectionFlowControl>,
  ): void {
    const client = this.#find(connection, message.id);
    if (message.operation === FlowControl.Pause) client?.pauseOutgoing();
    else if (message.operation === FlowControl.Resume) client?.resumeOutgoing();
  }

  /** A client has reconnected to the service with a new socket. */
  onReconnected(
    connection: ServiceConnection,
    message: MessageOf<typeof ServiceMessageType.ConnectionReconnect>,
  ): void {
    this.#find(connection, message.connectionId)?.onReconnected();
  }

  get size(): number {
    return this.#clients.size;
  }

  counts(connection: ServiceConnection): { readonly inHub: number; readonly own: number } {
    return { inHub: this.#clients.size, own: this.#byConnection.get(connection)?.size ?? 0 };
  }

  /** The service reports a problem. A client that it does not know has disconnected. */
  onServiceEvent(
    connection: ServiceConnection,
    message: MessageOf<typeof ServiceMessageType.ServiceEvent>,
  ): void {
    if (message.objectType === CONNECTION && message.kind === NOT_EXISTED) {
      this.#find(connection, message.id)?.end();
    } else
      this.#logger.warn(logMessages.serviceError('Azure SignalR Service', message.message ?? ''));
  }

  /** Ends the clients of a lost server connection. Returns their number. */
  connectionLost(connection: ServiceConnection): number {
    const clients = [...(this.#byConnection.get(connection)?.values() ?? [])];
    for (const client of clients) client.end();
    return clients.length;
  }

  instanceLost(instanceId: string): void {
    for (const client of this.#clients.values()) {
      if (client.instanceId === instanceId) client.closeWithReconnect();
    }
  }

  /** Resolves when no client is connected over the server connections that `selects` accepts. */
  async whenEmpty(selects: (connection: ServiceConnection) => boolean = () => true): Promise<void> {
    while ([...this.#byConnection.keys()].some(selects)) await this.#left.wait();
  }

  close(): void {
    clearInterval(this.#expiry);
  }

  #find(connection: ServiceConnection, connectionId: string | null): ClientConnection | undefined {
    return this.#byConnection.get(connection)?.get(connectionId ?? '');
  }

  #clientsOf(connection: ServiceConnection): Map<string, ClientConnection> {
    let clients = this.#byConnection.get(connection);
    if (clients === undefined) {
      clients = new Map();
      this.#byConnection.set(connection, clients);
    }
    return clients;
  }

  #forget(client: ClientConnection): void {
    const { connection, connectionId } = client;
    const siblings = this.#byConnection.get(connection);
    // `open` ends the client whose place a client takes, so this place is its own.
    siblings?.delete(connectionId);
    if (siblings?.size === 0) this.#byConnection.delete(connection);
    if (this.#clients.get(connectionId) === client) this.#clients.delete(connectionId);
    if (client.user.expiresAt !== undefined) this.#expiringCount -= 1;
    if (this.#expiringCount === 0) {
      clearInterval(this.#expiry);
      this.#expiry = undefined;
    }
    this.#left.open();
  }

  #closeExpired(): void {
    const now = Date.now();
    for (const client of this.#clients.values()) {
      if (client.user.expiresAt !== undefined && client.user.expiresAt < now)
        client.closeWithReconnect();
    }
  }
}

/**
 * Returns the request with which the client connected to the service. `signedPath` is the path in
 * its token: the client can change the one in its URL, for example to that of a hub that would
 * have refused it.
 */
function clientRequest(
  { queryString, headers }: OpenConnection,
  signedPath: string | undefined,
): ConnectionRequest {
  const query = new QueryParameters((queryString ?? '').replace(/^\?/, ''));
  return {
    path: signedPath ?? query.get('asrs.op') ?? '/',
    query,
    params: {},
    headers: incomingHeaders(headers),
    remoteAddress: header(headers, 'X-Forwarded-For')?.split(',')[0]?.trim(),
  };
}

function incomingHeaders(headers: Headers): IncomingHttpHeaders {
  const result: IncomingHttpHeaders = Object.create(null) as IncomingHttpHeaders;
  for (const [name, values] of headers) result[name.toLowerCase()] = values.join(', ');
  return result;
}
