import { randomBytes } from 'node:crypto';
import { PostQueue, type Transport } from '@practical-signalr/server/transports';

/** Connections that may wait to be opened, and how long, in ms. */
const MAXIMUM_NEGOTIATED = 65_536;
const NEGOTIATED_TIMEOUT = 30_000;
/** Bytes of POSTs that are kept for a connection that is not open yet. */
const MAXIMUM_EARLY = 64 * 1024;

const newId = (): string => randomBytes(16).toString('base64url');

/** One connection between negotiation and its end. */
export class ClientConnection {
  readonly connectionId: string;
  /** Secret: whoever has it, and a token, may open the transport. */
  readonly connectionToken: string;
  readonly createdAt = Date.now();
  readonly posts = new PostQueue(MAXIMUM_EARLY);
  transport: Transport | undefined;

  constructor(connectionId: string, connectionToken: string) {
    this.connectionId = connectionId;
    this.connectionToken = connectionToken;
  }
}

/** The connections of the service by their secret tokens. */
export class ClientConnections {
  readonly #connections = new Map<string, ClientConnection>();
  #waiting = 0;

  /** Those that are negotiated and not opened. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Undefined when too many wait to be opened. */
  negotiated(): ClientConnection | undefined {
    if (this.#waiting >= MAXIMUM_NEGOTIATED) return undefined;
    const connection = new ClientConnection(newId(), newId());
    this.#connections.set(connection.connectionToken, connection);
    this.#waiting++;
    return connection;
  }

  find(token: string): ClientConnection | undefined {
    return this.#connections.get(token);
  }

  open(connection: ClientConnection, transport: Transport): void {
    connection.transport = transport;
    this.#waiting--;
  }

  remove(connection: ClientConnection): void {
    if (!this.#connections.delete(connection.connectionToken)) return;
    if (connection.transport === undefined) this.#waiting--;
    connection.posts.end();
  }

  /** Gives up what was negotiated and never opened. */
  sweep(now: number): void {
    if (this.#waiting === 0) return;
    for (const connection of this.#connections.values()) {
      if (connection.transport === undefined && connection.createdAt < now - NEGOTIATED_TIMEOUT)
        this.remove(connection);
    }
  }

  clear(): void {
    for (const connection of this.#connections.values()) this.remove(connection);
  }
}
