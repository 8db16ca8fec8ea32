import type { LifetimeConnection } from './lifetime-connection.ts';

/** A connection that its server wants to hand over to another server. */
export interface DepartingConnection {
  readonly connection: LifetimeConnection;
  /** How long other servers may claim the connection, in ms. */
  readonly lifetime: number;
  /**
   * Returns the record of the connection. Called once. From this call on, the groups of the
   * connection must not change on this server. Throws if the connection cannot be recorded.
   */
  createRecord(groups: readonly string[]): string;
  /**
   * Returns the messages that the connection got since `createRecord`. Called at most once, when
   * every later message reaches the server that claims the connection. Returns undefined if the
   * connection cannot continue there.
   */
  createTail(): string | undefined;
}

/** A record that the other servers can read. */
export interface StoredRecord {
  /**
   * Resolves with true when another server has taken the connection over. Resolves with false if
   * none did in time or the hand-over failed: then the connection has ended. Never rejects.
   */
  readonly isMoved: Promise<boolean>;
}

/** The record of a connection that another server wants to hand over. */
export interface ClaimableRecord {
  /** The text that `createRecord` returned. Check it before you claim it. */
  readonly record: string;
  /**
   * Claims the connection. Only one claim of a record succeeds. The connection gets every message
   * that comes after those of the returned tail, by `write`. These messages may come before the
   * promise resolves. Returns undefined, and removes the connection, if another server has claimed
   * it or if the server that recorded it does not respond.
   */
  claim(connection: LifetimeConnection, groups: readonly string[]): Promise<string | undefined>;
}

/**
 * Moves connections between the servers of a hub. The server records a connection, drops its
 * socket, and the server to which the client connects next claims it. A lifetime manager that
 * supports this has the member `handOver`.
 *
 * Every message that is sent to the connection, or to its user, groups or all, is either in the
 * record and its tail or reaches the claiming server, never both, and the order is kept.
 */
export interface HandOver {
  /** Returns true if an invocation of the client waits for its result. */
  hasPendingResults(connectionId: string): boolean;
  /** Rejects the invocations of the client that wait for a result, because the client moves. */
  failPendingResults(connectionId: string): void;
  /**
   * Stores the record of a connection. The connection stays the receiver of its messages until
   * another server claims it. Rejects if the record cannot be stored; then nothing has changed.
   */
  record(departing: DepartingConnection): Promise<StoredRecord>;
  /** Returns the record of a connection, or undefined if there is none. */
  find(connectionId: string): Promise<ClaimableRecord | undefined>;
  /**
   * Remembers for all servers of the hub that the token of a connection is used, for `lifetime` ms.
   * Returns false if it was used before. Default: each server knows only the tokens that it has
   * accepted itself.
   */
  useToken?(connectionId: string, lifetime: number): Promise<boolean>;
}
