import type { IncomingHttpHeaders } from 'node:http';
import {
  type ConnectionRequest,
  type Logger,
  QueryParameters,
  type ScaleOutHub,
} from '@practical-signalr/server/scale-out';
import { FlowControl } from '../connections/flow-control.ts';
import type { ServiceConnection } from '../connections/service-connection.ts';
import { errorTexts } from '../error-texts.ts';
import { type Headers, type MessageOf, ServiceMessageType } from '../service-protocol/index.ts';
import { ClientConnection, header } from './client-connection.ts';

type OpenConnection = MessageOf<typeof ServiceMessageType.OpenConnection>;
type CloseConnection = MessageOf<typeof ServiceMessageType.CloseConnection>;
type ConnectionData = MessageOf<typeof ServiceMessageType.ConnectionData>;

/** Numbers in service events. */
const CONNECTION = 1;
const NOT_EXISTED = 2;
/** How often clients are looked for whose authentication has expired, in ms. */
const EXPIRY_INTERVAL = 1000;

/** The clients of one hub on this server, by server connection: a client may come on one before it has left the other. */
export class ClientConnectionManager {
  readonly #hub: ScaleOutHub;
  readonly #logger: Logger;
  readonly #byConnection = new Map<ServiceConnection, Map<string, ClientConnection>>();
  readonly #clients = new Map<string, ClientConnection>();
  #expiring = 0;
  #expiry: NodeJS.Timeout | undefined;
  #onEmpty: (() => void) | undefined;

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
      (text) => this.#logger.warn(text),
    );
    this.#on(connection).get(id)?.end();
    this.#on(connection).set(id, client);
    this.#clients.set(id, client);
    if (client.user.expiresAt !== undefined) {
      this.#expiring++;
      this.#expiry ??= setInterval(() => this.#closeExpired(), EXPIRY_INTERVAL).unref();
    }
    const request = clientRequest(message);
    const { user, userIdentifier = null } = client.user; // the app has named the user when the client negotiated
    const events = this.#hub.accept({
      connectionId: id,
      transport: client,
      request,
      user,
      userIdentifier,
    });
    if (events !== undefined) return client.listen(events);
    this.#logger.warn(errorTexts.unknownPath(request.path));
    client.close();
  }

  receive(connection: ServiceConnection, message: ConnectionData): void {
    const client = this.#at(connection, message.connectionId);
    client?.receive(message.payload as Uint8Array); // data that crosses the end of its connection is nobody's
  }

  /** A client has left, or goes to another server: what runs for it here is finished first. */
  closed(connection: ServiceConnection, { connectionId, headers }: CloseConnection): void {
    const client = this.#at(connection, connectionId);
    if (header(headers, 'Asrs-Migrate-To') === undefined) client?.end();
    else client?.moved();
  }

  /** The service wants no more, or more again, for one of its clients. */
  flowControl(
    connection: ServiceConnection,
    message: MessageOf<typeof ServiceMessageType.ConnectionFlowControl>,
  ): void {
    const client = this.#at(connection, message.id);
    if (message.operation === FlowControl.Pause) client?.pauseOutgoing();
    else if (message.operation === FlowControl.Resume) client?.resumeOutgoing();
  }

  /** The service has a client back on a new socket. */
  reconnected(
    connection: ServiceConnection,
    message: MessageOf<typeof ServiceMessageType.ConnectionReconnect>,
  ): void {
    this.#at(connection, message.connectionId)?.reconnected();
  }

  get size(): number {
    return this.#clients.size;
  }

  counts(connection: ServiceConnection): { readonly inHub: number; readonly own: number } {
    return { inHub: this.#clients.size, own: this.#byConnection.get(connection)?.size ?? 0 };
  }

  /** The service reports trouble: a client that it does not know is gone. */
  serviceEvent(
    connection: ServiceConnection,
    message: MessageOf<typeof ServiceMessageType.ServiceEvent>,
  ): void {
    if (message.objectType === CONNECTION && message.kind === NOT_EXISTED) {
      this.#at(connection, message.id)?.end();
    } else
      this.#logger.warn(errorTexts.serviceError('Azure SignalR Service', message.message ?? ''));
  }

  /** The end of a server connection is that of its clients. Returns how many. */
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

  /** Resolves when no client is left. */
  async whenEmpty(): Promise<void> {
    if (this.#clients.size > 0) await new Promise<void>((resolve) => (this.#onEmpty = resolve));
  }

  close(): void {
    clearInterval(this.#expiry);
  }

  #at(connection: ServiceConnection, connectionId: string | null): ClientConnection | undefined {
    return this.#byConnection.get(connection)?.get(connectionId ?? '');
  }

  #on(connection: ServiceConnection): Map<string, ClientConnection> {
    let clients = this.#byConnection.get(connection);
    if (clients === undefined) this.#byConnection.set(connection, (clients = new Map()));
    return clients;
  }

  #forget(client: ClientConnection): void {
    const { connection, connectionId } = client;
    const siblings = this.#byConnection.get(connection);
    if (siblings?.get(connectionId) === client) siblings.delete(connectionId);
    if (siblings?.size === 0) this.#byConnection.delete(connection);
    if (this.#clients.get(connectionId) === client) this.#clients.delete(connectionId);
    if (client.user.expiresAt !== undefined && --this.#expiring === 0) {
      clearInterval(this.#expiry);
      this.#expiry = undefined;
    }
    if (this.#clients.size === 0) this.#onEmpty?.();
  }

  #closeExpired(): void {
    const now = Date.now();
    for (const client of this.#clients.values()) {
      if (client.user.expiresAt !== undefined && client.user.expiresAt < now)
        client.closeWithReconnect();
    }
  }
}

/** The client's request as the service tells of it. */
function clientRequest({ queryString, headers }: OpenConnection): ConnectionRequest {
  const query = new QueryParameters((queryString ?? '').replace(/^\?/, ''));
  return {
    path: query.get('asrs.op') ?? '/',
    query,
    headers: incomingHeaders(headers),
    remoteAddress: header(headers, 'X-Forwarded-For')?.split(',')[0]?.trim(),
  };
}

function incomingHeaders(headers: Headers): IncomingHttpHeaders {
  const found: IncomingHttpHeaders = Object.create(null) as IncomingHttpHeaders;
  for (const [name, values] of headers) found[name.toLowerCase()] = values.join(', ');
  return found;
}
