import { randomBytes } from 'node:crypto';
import {
  comparePositions,
  type ConnectionIndex,
  type LifetimeConnection,
  POSITION_METHOD,
  REACHED_METHOD,
  type RecoveryReply,
  type RecoveryRequest,
  RESYNC_METHOD,
  SharedMessage,
} from '@practical-signalr/server/scale-out';
import { readInvocation } from '../pub-sub/redis-protocol.ts';
import type { ResolvedHistoryOptions } from './history-options.ts';
import type { ClaimedSession, HistoryStore, ReachedHistory } from './history-store.ts';

/** A connection whose client recovers. */
interface Tracked {
  readonly connection: LifetimeConnection;
  /** Undefined until the session is in Redis, and if it could not be written. */
  session: string | undefined;
  /** The groups that the session in Redis has. */
  readonly groups: Set<string>;
  /** Whether the client understands the positions of several messages in one invocation. */
  readsPositionLists: boolean;
  /** A position that the client has reached or passed. */
  reached: string | undefined;
}

/** What the sessions need from the lifetime manager. */
export interface SessionHost {
  readonly hubName: string;
  readonly index: ConnectionIndex;
  /** Adds a connection of this server to a group without recording it in the session. */
  join(connection: LifetimeConnection, group: string): Promise<void>;
}

/** The connection of a recovery has closed, so the recovery stops. */
class ConnectionClosedError extends Error {}

const POSITION_FORMAT = /^\d{1,15}-\d{1,15}$/;

/**
 * The sessions of the connections of this server. Redis holds what a session may read, so neither
 * the secret of a session nor a position needs a signature: the secret is random, belongs to one
 * user and one hub, and a position before the start of the session or of a membership has no
 * effect.
 */
export class HistorySessions {
  readonly #store: HistoryStore;
  readonly #options: ResolvedHistoryOptions;
  readonly #host: SessionHost;
  readonly #tracked = new Map<string, Tracked>();
  /** Sessions in Redis that are wrong and could not be removed yet. */
  readonly #obsolete = new Set<string>();
  /** Is pending while obsolete sessions are removed. */
  #removal: Promise<void> | undefined;

  constructor(store: HistoryStore, options: ResolvedHistoryOptions, host: SessionHost) {
    this.#store = store;
    this.#options = options;
    this.#host = host;
  }

  /** The secrets of the sessions of connected clients. */
  get active(): string[] {
    return [...this.#tracked.values()].flatMap(({ session }) => session ?? []);
  }

  /** Sends positions to a connection from now on. */
  track(connection: LifetimeConnection): Tracked {
    const tracked: Tracked = {
      connection,
      session: undefined,
      groups: new Set(),
      readsPositionLists: false,
      reached: undefined,
    };
    this.#tracked.set(connection.connectionId, tracked);
    return tracked;
  }

  /** Returns a function that adds the positions to messages for the connections that need them. */
  variantFor(
    messages: readonly SharedMessage[],
    positions: readonly string[],
  ): ((connectionId: string) => SharedMessage | undefined) | undefined {
    if (this.#tracked.size === 0 || positions.length === 0) return undefined;
    let listed: SharedMessage | undefined;
    let single: SharedMessage | undefined;
    return (connectionId) => {
      const tracked = this.#tracked.get(connectionId);
      if (tracked === undefined) return undefined;
      if (tracked.readsPositionLists) return (listed ??= withPositionList(messages, positions));
      return (single ??= withPositions(messages, positions));
    };
  }

  /** The connections whose clients recover. */
  get connections(): LifetimeConnection[] {
    return [...this.#tracked.values()].map(({ connection }) => connection);
  }

  /** Asks clients to recover on their connections. */
  resync(connections: readonly LifetimeConnection[]): void {
    const message = new SharedMessage(RESYNC_METHOD, []);
    for (const connection of connections) void connection.write(message);
  }

  /**
   * Moves the positions of clients that are in the older half of the history, because these clients
   * may have received nothing for a long time.
   */
  announceReached({ first, last, time }: ReachedHistory): undefined {
    const middle = Math.max((timeOf(first) + timeOf(last)) / 2, time - this.#options.maxAge / 2);
    const message = new SharedMessage(REACHED_METHOD, [last]);
    for (const tracked of this.#tracked.values()) {
      const { session, reached } = tracked;
      if (session === undefined || reached === undefined || reached === last) continue;
      if (timeOf(reached) > middle) continue;
      tracked.reached = last;
      void tracked.connection.write(message);
    }
  }

  remove(connectionId: string): void {
    this.#tracked.delete(connectionId);
  }

  /** Records a change of the groups of a connection. Never rejects. */
  async changeGroup(connectionId: string, group: string, change: 'add' | 'remove'): Promise<void> {
    const tracked = this.#tracked.get(connectionId);
    if (tracked?.session === undefined) return;
    const { session } = tracked;
    if (change === 'add') tracked.groups.add(group);
    else tracked.groups.delete(group);
    try {
      await this.#store.changeGroup(session, connectionId, group, change);
    } catch {
      // The session would restore the wrong groups.
      tracked.session = undefined;
      this.#obsolete.add(session);
      await this.removeObsolete();
    }
  }

  /**
   * Removes the sessions that are wrong. Tries again later if Redis does not do it. Callers share
   * one removal: after an outage, all clients recover at the same time.
   */
  async removeObsolete(): Promise<void> {
    if (this.#obsolete.size > 0) await (this.#removal ??= this.#removeObsolete());
  }

  async #removeObsolete(): Promise<void> {
    try {
      for (const session of this.#obsolete) {
        await this.#store.end(session);
        this.#obsolete.delete(session);
      }
    } catch {
      // The next caller tries again.
    } finally {
      this.#removal = undefined;
    }
  }

  /**
   * Replays what the client missed. Rejects if Redis is unavailable or refuses. Stops if the
   * connection closes.
   */
  async recover(
    connection: LifetimeConnection,
    request: RecoveryRequest,
    hasGap: boolean,
  ): Promise<RecoveryReply> {
    try {
      return await this.#recover(connection, request, hasGap);
    } catch (error) {
      if (!(error instanceof ConnectionClosedError)) throw error;
      return { recovered: false, reason: 'unavailable', groups: [] };
    }
  }

  async #recover(
    connection: LifetimeConnection,
    { session, position, readsPositionLists }: RecoveryRequest,
    hasGap: boolean,
  ): Promise<RecoveryReply> {
    this.#checkOpen(connection);
    const { connectionId, userIdentifier } = connection;
    // Announces positions from now on, because the reply refers to them.
    const known = this.#tracked.get(connectionId);
    const isSameConnection = session !== undefined && known?.session === session;
    // Otherwise, one connection could create any number of sessions.
    if (!isSameConnection && known?.session !== undefined) this.#obsolete.add(known.session);
    const tracked = isSameConnection ? (known as Tracked) : this.track(connection);
    tracked.readsPositionLists = readsPositionLists;
    await this.removeObsolete();
    this.#checkOpen(connection);
    if (session === undefined) return this.#begin(tracked, { recovered: true, groups: [] });
    const isObsolete = this.#obsolete.has(session);
    const claimed = isObsolete
      ? undefined
      : await this.#store.claim(session, userIdentifier, connectionId);
    this.#checkOpen(connection);
    if (claimed === undefined)
      return this.#begin(tracked, { recovered: false, reason: 'session', groups: [] });
    // On the same connection, a group that is missing was left in the meantime.
    const groups = isSameConnection
      ? [...claimed.groups.keys()].filter((group) => tracked.groups.has(group))
      : await this.#restoreGroups(connection, claimed);
    const start = position ?? '';
    const isGap = hasGap || !isInHistory(start, claimed);
    const end = isGap ? undefined : await this.#replay(connection, claimed, groups, start);
    if (end === undefined) {
      await this.#store.end(session);
      this.#checkOpen(connection);
      return this.#begin(tracked, { recovered: false, reason: 'gap', groups });
    }
    for (const group of claimed.groups.keys()) {
      if (groups.includes(group)) tracked.groups.add(group);
      else await this.#store.changeGroup(session, connectionId, group, 'remove');
      this.#checkOpen(connection);
    }
    tracked.session = session;
    tracked.reached = end;
    await this.#recordGroups(tracked);
    const isComplete = isSameConnection || groups.length === claimed.groups.size;
    return {
      recovered: isComplete,
      ...(isComplete ? {} : { reason: 'groups' }),
      session,
      position: end,
      groups,
    };
  }

  /**
   * Throws if a connection is not a connection of this server any more. Without this check, a
   * recovery would track it forever.
   */
  #checkOpen(connection: LifetimeConnection): void {
    if (this.#host.index.get(connection.connectionId) !== connection)
      throw new ConnectionClosedError();
  }

  async #begin(tracked: Tracked, reply: RecoveryReply): Promise<RecoveryReply> {
    const { connectionId, userIdentifier } = tracked.connection;
    const session = randomBytes(32).toString('base64url');
    const groups = [...(this.#host.index.groupsOf(connectionId) ?? [])];
    const position = await this.#store.begin(session, userIdentifier, connectionId, groups);
    this.#checkOpen(tracked.connection);
    for (const group of groups) tracked.groups.add(group);
    tracked.session = session;
    tracked.reached = position;
    await this.#recordGroups(tracked);
    return { ...reply, session, position };
  }

  /** Records the groups that changed while the session was written. */
  async #recordGroups({ connection, groups }: Tracked): Promise<void> {
    const { connectionId } = connection;
    const current = this.#host.index.groupsOf(connectionId) ?? new Set();
    for (const group of [...current].filter((name) => !groups.has(name)))
      await this.changeGroup(connectionId, group, 'add');
    for (const group of [...groups].filter((name) => !current.has(name)))
      await this.changeGroup(connectionId, group, 'remove');
  }

  async #restoreGroups(
    connection: LifetimeConnection,
    claimed: ClaimedSession,
  ): Promise<readonly string[]> {
    const { hubName } = this.#host;
    const { userIdentifier } = connection;
    const restored: string[] = [];
    const current = this.#host.index.groupsOf(connection.connectionId);
    for (const group of claimed.groups.keys()) {
      if (current?.has(group) === true) {
        restored.push(group);
        continue;
      }
      const isAllowed = await this.#options.restoreGroup({ hubName, group, userIdentifier });
      this.#checkOpen(connection);
      if (!isAllowed) continue;
      await this.#host.join(connection, group);
      this.#checkOpen(connection);
      restored.push(group);
    }
    return restored;
  }

  /**
   * Sends the missed messages. Resolves with the last position, or with undefined if there is a
   * gap.
   */
  async #replay(
    connection: LifetimeConnection,
    claimed: ClaimedSession,
    groups: readonly string[],
    after: string,
  ): Promise<string | undefined> {
    const since = new Map(groups.map((group) => [groupTarget(group), claimed.groups.get(group)]));
    const user = connection.userIdentifier;
    const targets = [
      ALL_TARGET,
      ...(user === undefined ? [] : [userTarget(user)]),
      ...since.keys(),
    ];
    const first = comparePositions(after, claimed.start) < 0 ? claimed.start : after;
    const pages = this.#store.read(first, targets);
    for (;;) {
      const page = await pages.next();
      this.#checkOpen(connection);
      if (page.done === true) return page.value;
      for (const { position, target, payload } of page.value) {
        if (target === GAP_TARGET) return undefined;
        const joinedAt = since.get(target);
        if (joinedAt !== undefined && comparePositions(position, joinedAt) <= 0) continue;
        const { messages, excludedConnectionIds } = readInvocation(payload);
        if (excludedConnectionIds.some((id) => claimed.owners.includes(id))) continue;
        const message = SharedMessage.fromEncoded(messages);
        await connection.write(SharedMessage.sequence([announce(position, true), message]));
        this.#checkOpen(connection);
      }
    }
  }
}

const announce = (positions: string, isReplay: boolean): SharedMessage =>
  new SharedMessage(POSITION_METHOD, [positions, isReplay]);

/** Returns messages that follow the positions of all of them. */
const withPositionList = (
  messages: readonly SharedMessage[],
  positions: readonly string[],
): SharedMessage => SharedMessage.sequence([announce(positions.join(' '), false), ...messages]);

/** Returns messages each of which follows its position. */
const withPositions = (
  messages: readonly SharedMessage[],
  positions: readonly string[],
): SharedMessage =>
  SharedMessage.sequence(
    messages.flatMap((message, i) => [announce(positions[i] as string, false), message]),
  );

/** Returns one message that consists of several. */
export function joinMessages(messages: readonly SharedMessage[]): SharedMessage {
  const [first] = messages;
  return first !== undefined && messages.length === 1 ? first : SharedMessage.sequence(messages);
}

/** Returns the time of a position, in ms. */
const timeOf = (position: string): number => Number.parseInt(position, 10);

/** Returns whether the history has everything after a position. */
const isInHistory = (position: string, { first, last }: ClaimedSession): boolean =>
  POSITION_FORMAT.test(position) &&
  first !== '' &&
  comparePositions(first, position) <= 0 &&
  comparePositions(position, last) <= 0;

export const ALL_TARGET = 'all';
const GAP_TARGET = 'gap';
export const groupTarget = (group: string): string => `group:${group}`;
export const userTarget = (userId: string): string => `user:${userId}`;
