import { errors } from '../errors.ts';

/** A connection of any server. */
export interface PresentConnection {
  readonly connectionId: string;
  /** The user id, or undefined if the connection has no user. */
  readonly userIdentifier: string | undefined;
  /** The name of the server that holds the connection. */
  readonly serverName: string;
}

/** Selects connections: the members of `group`, or the connections of `user`, or all of the hub. */
export interface PresenceFilter {
  readonly group?: string | undefined;
  readonly user?: string | undefined;
}

/** Selects one page of connections. */
export interface PresencePageOptions extends PresenceFilter {
  /** The maximum number of connections of the page: 1 to 1000. Default: 100. */
  readonly limit?: number | undefined;
  /** The `nextCursor` of the page before. Default: the first page. */
  readonly cursor?: string | undefined;
}

/** A page of connections, ordered by connection id. */
export interface PresencePage {
  readonly connections: readonly PresentConnection[];
  /** The cursor of the next page, or undefined if this is the last page. */
  readonly nextCursor: string | undefined;
}

/**
 * Lists who is online. SignalR itself cannot list the members of groups or the connections of
 * users. A result describes one moment: a connection may have closed when the result arrives.
 * All methods reject with `ERR_SIGNALR_PRESENCE_QUERY_INVALID` if an argument is invalid.
 */
export interface PresenceLists {
  /** Returns the connections that the filter selects. Default: all connections of the hub. */
  connections(filter?: PresenceFilter): Promise<PresentConnection[]>;
  /** Returns the members of a group. The same as `connections({ group })`. */
  members(group: string): Promise<PresentConnection[]>;
  /** Returns the ids of all users with at least one connection, without duplicates. */
  users(): Promise<string[]>;
  /** Returns the number of connections that the filter selects, without reading them. */
  count(filter?: PresenceFilter): Promise<number>;
  /**
   * Returns a page of the connections that the filter selects. A connection that is online while
   * you read all pages is in exactly one of them.
   * @example
   * let cursor: string | undefined;
   * do {
   *   const page = await chat.page({ group: 'room 1', limit: 100, cursor });
   *   for (const { userIdentifier } of page.connections) console.log(userIdentifier);
   *   cursor = page.nextCursor;
   * } while (cursor !== undefined);
   */
  page(options?: PresencePageOptions): Promise<PresencePage>;
}

/**
 * A change of presence. A connection that closes first leaves its groups. `reset` means that
 * changes may have been missed, because the connection to the other servers was interrupted: read
 * the lists again.
 */
export type PresenceChange =
  | { readonly type: 'connected' | 'disconnected'; readonly connection: PresentConnection }
  | {
      readonly type: 'joined' | 'left';
      readonly group: string;
      readonly connection: PresentConnection;
    }
  | { readonly type: 'reset' };

/** Called for each change of presence. Errors of the listener are logged. */
export type PresenceListener = (change: PresenceChange) => void;

/** Who is online in one hub. */
export interface HubPresence extends PresenceLists {
  /**
   * Calls a listener for each change on any server. When it is called, the lists contain the
   * change. Returns a function that removes the listener.
   * @example
   * const stop = chat.onChange((change) => {
   *   if (change.type === 'joined') console.log(change.connection.userIdentifier, change.group);
   * });
   */
  onChange(listener: PresenceListener): () => void;
}

/** The default of the option `limit` of a page. */
const DEFAULT_LIMIT = 100;
/** The maximum of the option `limit` of a page. */
const MAXIMUM_LIMIT = 1000;

/**
 * Checks a filter of presence.
 * @throws {TypeError} if it is invalid (`ERR_SIGNALR_PRESENCE_QUERY_INVALID`).
 */
export function checkPresenceFilter(filter: PresenceFilter): void {
  const isObject = typeof filter === 'object' && filter !== null;
  if (!isObject) throw errors.presenceQueryInvalid('the filter is not an object');
  const { group, user } = filter;
  if (group !== undefined && user !== undefined)
    throw errors.presenceQueryInvalid("it has both 'group' and 'user'");
  for (const [name, value] of Object.entries({ group, user })) {
    if (value === undefined) continue;
    if (typeof value !== 'string' || value === '')
      throw errors.presenceQueryInvalid(`'${name}' must be a string that is not empty`);
  }
}

/**
 * Checks the options of a page, and returns the limit.
 * @throws {TypeError} if they are invalid (`ERR_SIGNALR_PRESENCE_QUERY_INVALID`).
 */
export function checkPresencePage(options: PresencePageOptions): number {
  checkPresenceFilter(options);
  const { limit = DEFAULT_LIMIT } = options;
  if (!Number.isInteger(limit) || limit < 1 || limit > MAXIMUM_LIMIT)
    throw errors.presenceQueryInvalid(`'limit' is not an integer from 1 to ${MAXIMUM_LIMIT}`);
  return limit;
}

/** Returns the cursor of the page that follows `position`. */
export const writePresenceCursor = (position: string): string =>
  Buffer.from(position).toString('base64url');

/**
 * Returns the position of a cursor, or undefined for the first page.
 * @throws {TypeError} if it is not a cursor (`ERR_SIGNALR_PRESENCE_QUERY_INVALID`).
 */
export function readPresenceCursor(cursor: unknown): string | undefined {
  if (cursor === undefined) return undefined;
  const position =
    typeof cursor === 'string' ? Buffer.from(cursor, 'base64url').toString('utf8') : '';
  if (position === '' || writePresenceCursor(position) !== cursor)
    throw errors.presenceQueryInvalid("'cursor' is not the 'nextCursor' of a page");
  return position;
}
