import { ConnectionContext } from './connection-context.ts';
import type { ConnectionRequest } from './connection-request.ts';
import { LocalTokens } from './tokens/local-tokens.ts';
import { randomId } from './tokens/random-ids.ts';
import { MemoryBudget } from './memory-budget.ts';
import type { RunningClock } from './running-clock.ts';
import type {
  IssuedToken,
  IssuedConnection,
  TokenSource,
  UnopenedConnection,
} from './tokens/token-source.ts';
import type { Transport } from './transport.ts';

/** The maximum number of unopened connections whose client has sent POSTs. */
export const MAXIMUM_EARLY_CONNECTIONS = 1024;
/** The maximum number of bytes of POSTs that are kept for all unopened connections together. */
export const MAXIMUM_EARLY_BYTES = 1024 * 1024;

/** The result of a negotiation. */
export interface NegotiatedConnection {
  readonly version: number;
  /** Returns a string that identifies the user who negotiates. Undefined if nobody is known. */
  readonly user: () => string | undefined;
  readonly useStatefulReconnect: boolean;
}

/** The settings of a {@link ConnectionManager}. */
export interface ConnectionManagerSettings {
  /** How long a negotiated connection may stay unopened, in ms. */
  readonly unopenedTimeout: number;
  /** The clock of the timeouts. The creator of the manager starts and stops it. */
  readonly clock: RunningClock;
  /** Signs tokens that other servers accept, too. Default: tokens are valid on this server only. */
  readonly tokens?: TokenSource | undefined;
}

/**
 * The connections of one path by their tokens. A connection that is only negotiated needs no
 * memory: its token contains everything.
 * Source: `HttpConnectionManager` of ASP.NET Core.
 */
export class ConnectionManager {
  readonly #connections = new Map<string, ConnectionContext>();
  /** The unopened connections whose client has sent POSTs, in the order of their arrival. */
  readonly #early = new Set<ConnectionContext>();
  readonly #earlyBytes = new MemoryBudget(MAXIMUM_EARLY_BYTES);
  readonly #localTokens: LocalTokens;
  readonly #tokens: TokenSource;
  readonly #unopenedTimeout: number;
  readonly #clock: RunningClock;

  constructor({ unopenedTimeout, clock, tokens }: ConnectionManagerSettings) {
    this.#unopenedTimeout = unopenedTimeout;
    this.#clock = clock;
    this.#localTokens = new LocalTokens(unopenedTimeout, clock);
    this.#tokens = tokens ?? this.#localTokens;
  }

  /**
   * Issues the ids of a new connection, and keeps nothing. In version 0 of negotiation, the public
   * id is the token.
   */
  negotiate({ version, user, useStatefulReconnect }: NegotiatedConnection): IssuedToken {
    const request = { user: user(), useStatefulReconnect };
    return version === 0
      ? this.#localTokens.create({ ...request, isPublic: true })
      : this.#tokens.create(request);
  }

  /** Returns the content of a token whose connection is not open. Undefined if it is not valid. */
  readToken(token: string): UnopenedConnection | undefined {
    const local = this.#localTokens.read(token);
    return local !== undefined || this.#tokens === this.#localTokens
      ? local
      : this.#tokens.read(token);
  }

  /** Returns the content of a signed token, also if the token is used or has expired. */
  readIssued(token: string): IssuedConnection | undefined {
    return this.#tokens.readIssued?.(token);
  }

  /**
   * Returns the connection of a token, also if it is not open. Undefined if the token is not valid
   * or if another server issued it.
   */
  find(token: string): ConnectionContext | undefined {
    return this.#find(token, false);
  }

  /** Returns the connection of a token, like `find`. Any server with the same keys may issue it. */
  findFromAnyServer(token: string): ConnectionContext | undefined {
    return this.#find(token, true);
  }

  #find(token: string, isFromAnyServer: boolean): ConnectionContext | undefined {
    const known = this.#connections.get(token);
    if (known?.isOpened === true) return known;
    const unopened = this.readToken(token);
    if (unopened === undefined) return undefined;
    if (known !== undefined) return known;
    if (!isFromAnyServer && !unopened.isFromThisServer) return undefined;
    const connection = new ConnectionContext(unopened.connectionId, token);
    connection.useStatefulReconnect = unopened.useStatefulReconnect;
    return connection;
  }

  /** Creates the connection of a client that skips negotiation. Open it at once. */
  createDirect(): ConnectionContext {
    return new ConnectionContext(randomId(), randomId());
  }

  /** True if no connection can be opened with a token for now. */
  get isFull(): boolean {
    return this.#localTokens.isFull || this.#tokens.isFull;
  }

  /** The number of connections in memory that are not open. */
  get unopenedCount(): number {
    return this.#early.size;
  }

  /**
   * Keeps an unopened connection, because its client sends POSTs before it opens the connection.
   * Returns false if too many are kept.
   */
  keep(connection: ConnectionContext): boolean {
    if (this.#early.has(connection)) return true;
    if (this.#early.size >= MAXIMUM_EARLY_CONNECTIONS) return false;
    connection.keptSince = this.#clock.now();
    connection.earlyBytes = this.#earlyBytes;
    this.#early.add(connection);
    this.#connections.set(connection.connectionToken, connection);
    return true;
  }

  /** Opens a connection with its first transport. Its token is not valid for another one. */
  open(connection: ConnectionContext, transport: Transport, request: ConnectionRequest): void {
    this.readToken(connection.connectionToken)?.markUsed();
    connection.open(transport, request);
    this.#early.delete(connection);
    this.#connections.set(connection.connectionToken, connection);
  }

  remove(connection: ConnectionContext): void {
    if (this.#connections.get(connection.connectionToken) !== connection) return;
    this.#connections.delete(connection.connectionToken);
    this.#early.delete(connection);
    if (!connection.isOpened) connection.abandon();
  }

  /** Removes connections that were not opened in time, and forgets expired tokens. */
  removeExpired(): void {
    this.#localTokens.removeExpired();
    this.#tokens.removeExpired();
    this.#removeEarly(this.#clock.now() - this.#unopenedTimeout);
  }

  /** Removes all unopened connections, because the server closes. */
  removeUnopened(): void {
    this.#removeEarly(Infinity);
  }

  #removeEarly(oldest: number): void {
    for (const connection of this.#early) {
      if (connection.keptSince >= oldest) return;
      this.remove(connection);
    }
  }
}
