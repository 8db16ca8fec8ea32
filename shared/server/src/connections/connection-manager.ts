import { randomBytes } from 'node:crypto';
import { ConnectionContext } from './connection-context.ts';
import type { ConnectionTokens, SignedConnection } from './connection-tokens.ts';
import type { OfferedTransport, Transport } from './transport.ts';
import type { ConnectionRequest } from './connection-request.ts';

/** More connections than this may not wait to be opened: each negotiate costs the server memory. */
export const MAXIMUM_NEGOTIATED = 65_536;

/** What negotiation has agreed upon. */
export interface NegotiatedConnection {
  readonly version: number;
  /** Who negotiates, as text that is the same for the same user; undefined: nobody that is known. Made only for a signed token. */
  readonly user: () => string | undefined;
  readonly useStatefulReconnect: boolean;
  readonly transports: readonly OfferedTransport[];
}

const newId = (): string => randomBytes(16).toString('base64url');

/** The connections of one path, found by token. Source: `HttpConnectionManager` of ASP.NET Core. */
export class ConnectionManager {
  readonly #connections = new Map<string, ConnectionContext>();
  readonly #tokens: ConnectionTokens | undefined;
  #waiting = 0;

  /** With `tokens`, those that any server can read. */
  constructor(tokens?: ConnectionTokens) {
    this.#tokens = tokens;
  }

  /** A new connection, or undefined when too many wait to be opened. Version 0 of negotiate has no token of its own. */
  createNegotiated({
    version,
    user,
    useStatefulReconnect,
    transports,
  }: NegotiatedConnection): ConnectionContext | undefined {
    const tokens = version === 0 ? undefined : this.#tokens;
    // A signed token contains all that an upgrade needs. The HTTP transports need the connection here.
    const isKept = tokens === undefined || transports.some(({ needsUpgrade }) => !needsUpgrade);
    if (isKept && this.#waiting >= MAXIMUM_NEGOTIATED) return undefined;
    const id = newId();
    const signed = tokens?.create(id, user(), useStatefulReconnect);
    const connection = new ConnectionContext(id, signed?.token ?? (version === 0 ? id : newId()));
    connection.useStatefulReconnect = useStatefulReconnect;
    connection.tokenExpiresAt = signed?.expiresAt;
    if (!isKept) return connection;
    this.#waiting++;
    return this.#add(connection);
  }

  /** What a token says that any server can read; undefined for every other text. */
  readSignedToken(token: string): SignedConnection | undefined {
    return this.#tokens?.read(token);
  }

  /** The connection of a token, negotiated elsewhere or not kept; it is opened at once. */
  openSigned({
    token,
    connectionId,
    useStatefulReconnect,
    expiresAt,
  }: SignedConnection): ConnectionContext {
    const connection = new ConnectionContext(connectionId, token);
    connection.useStatefulReconnect = useStatefulReconnect;
    connection.tokenExpiresAt = expiresAt;
    this.#waiting++;
    return this.#add(connection);
  }

  /** A new connection of a client that skipped negotiation; it is opened at once. */
  createDirect(): ConnectionContext {
    this.#waiting++;
    return this.#add(new ConnectionContext(newId(), newId()));
  }

  /** The connection of a token; a signed one must be opened before it ends. */
  find(token: string): ConnectionContext | undefined {
    const connection = this.#connections.get(token);
    if (connection?.isOpened === false && (connection.tokenExpiresAt ?? Infinity) <= Date.now())
      return undefined;
    return connection;
  }

  /** Whether no signed token can be taken for now. */
  get isFull(): boolean {
    return this.#tokens?.isFull === true;
  }

  /** The number of connections that are not open yet. */
  get unopenedCount(): number {
    return this.#waiting;
  }

  /** Gives a connection its transport. */
  open(connection: ConnectionContext, transport: Transport, request: ConnectionRequest): void {
    connection.open(transport, request);
    this.#waiting--;
  }

  remove(connection: ConnectionContext): void {
    if (!this.#connections.delete(connection.connectionToken)) return;
    if (connection.isOpened) {
      const { connectionId, tokenExpiresAt } = connection;
      if (tokenExpiresAt !== undefined) this.#tokens?.used(connectionId, tokenExpiresAt);
      return;
    }
    this.#waiting--;
    connection.abandon();
  }

  /** Gives up what was negotiated more than `age` ms ago and never opened. */
  removeUnopened(age: number): void {
    this.#tokens?.removeExpired();
    if (this.#waiting === 0) return;
    const oldest = Date.now() - age;
    for (const connection of this.#connections.values()) {
      if (!connection.isOpened && connection.createdAt < oldest) this.remove(connection);
    }
  }

  #add(connection: ConnectionContext): ConnectionContext {
    this.#connections.set(connection.connectionToken, connection);
    return connection;
  }
}
