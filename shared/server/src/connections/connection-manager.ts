import { randomBytes } from 'node:crypto';
import { ConnectionContext } from './connection-context.ts';

/** More connections than this may not wait to be opened: each negotiate costs the server memory. */
export const MAXIMUM_NEGOTIATED = 65_536;

const newId = (): string => randomBytes(16).toString('base64url');

/** The connections of one path, found by token. Source: `HttpConnectionManager` of ASP.NET Core. */
export class ConnectionManager {
  readonly #connections = new Map<string, ConnectionContext>();
  #waiting = 0;

  /** A new connection, or undefined when too many wait to be opened. Version 0 of negotiate has no token of its own. */
  negotiated(version: number): ConnectionContext | undefined {
    if (this.#waiting >= MAXIMUM_NEGOTIATED) return undefined;
    const id = newId();
    this.#waiting++;
    return this.#add(new ConnectionContext(id, version === 0 ? id : newId()));
  }

  /** A new connection of a client that skipped negotiation; it is opened at once. */
  unnegotiated(): ConnectionContext {
    this.#waiting++;
    return this.#add(new ConnectionContext(newId(), newId()));
  }

  find(token: string): ConnectionContext | undefined {
    return this.#connections.get(token);
  }

  /** To be called when a connection gets its transport. */
  opened(): void {
    this.#waiting--;
  }

  remove(connection: ConnectionContext): void {
    if (!this.#connections.delete(connection.connectionToken) || connection.isOpened) return;
    this.#waiting--;
    connection.giveUp();
  }

  /** Gives up what was negotiated more than `age` ms ago and never opened. */
  removeUnopened(age: number): void {
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
