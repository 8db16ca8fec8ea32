import { hostname } from 'node:os';
import type { LifetimeConnection } from './lifetime-connection.ts';
import { ConnectionIndex, type Receivers } from './connection-index.ts';
import {
  checkPresenceFilter,
  checkPresencePage,
  type HubPresence,
  type PresenceChange,
  type PresenceFilter,
  type PresenceListener,
  type PresencePage,
  type PresencePageOptions,
  type PresentConnection,
  readPresenceCursor,
  writePresenceCursor,
} from './hub-presence.ts';
import { PresenceListeners } from './presence-listeners.ts';

/** The presence of one hub on one server. */
export class LocalHubPresence implements HubPresence {
  readonly listeners = new PresenceListeners();
  readonly #index = new ConnectionIndex();

  add(connection: LifetimeConnection): void {
    this.#index.add(connection);
    this.listeners.emit({ type: 'connected', connection: describe(connection) });
  }

  remove(connection: LifetimeConnection): void {
    const { connectionId } = connection;
    if (this.#index.get(connectionId) === undefined) return;
    const groups = [...(this.#index.groupsOf(connectionId) ?? [])];
    this.#index.remove(connection);
    const described = describe(connection);
    for (const group of groups) this.listeners.emit({ type: 'left', group, connection: described });
    this.listeners.emit({ type: 'disconnected', connection: described });
  }

  join(connectionId: string, group: string): void {
    this.#change(connectionId, group, 'joined');
  }

  leave(connectionId: string, group: string): void {
    this.#change(connectionId, group, 'left');
  }

  async connections(filter: PresenceFilter = {}): Promise<PresentConnection[]> {
    return [...this.#select(filter).values()].map(describe);
  }

  async members(group: string): Promise<PresentConnection[]> {
    return this.connections({ group });
  }

  async users(): Promise<string[]> {
    const ids = [...this.#index.all.values()].map(({ userIdentifier }) => userIdentifier);
    return [...new Set(ids)].filter((id) => id !== undefined);
  }

  async count(filter: PresenceFilter = {}): Promise<number> {
    return this.#select(filter).size;
  }

  async page(options: PresencePageOptions = {}): Promise<PresencePage> {
    const limit = checkPresencePage(options);
    const position = readPresenceCursor(options.cursor);
    const ids = [...this.#select(options).keys()]
      .filter((id) => position === undefined || id > position)
      .toSorted();
    const connections = ids
      .slice(0, limit)
      .map((id) => describe(this.#index.get(id) as LifetimeConnection));
    const last = ids[limit - 1];
    const hasMore = ids.length > limit && last !== undefined;
    return { connections, nextCursor: hasMore ? writePresenceCursor(last) : undefined };
  }

  onChange(listener: PresenceListener): () => void {
    return this.listeners.add(listener);
  }

  #select(filter: PresenceFilter): Receivers {
    checkPresenceFilter(filter);
    const { group, user } = filter;
    if (group !== undefined) return this.#index.group(group) ?? new Map();
    if (user !== undefined) return this.#index.user(user) ?? new Map();
    return this.#index.all;
  }

  #change(connectionId: string, group: string, type: 'joined' | 'left'): void {
    const connection = this.#index.get(connectionId);
    const isMember = this.#index.groupsOf(connectionId)?.has(group) === true;
    if (connection === undefined || isMember === (type === 'joined')) return;
    if (type === 'joined') this.#index.join(connection, group);
    else this.#index.leave(connectionId, group);
    const change: PresenceChange = { type, group, connection: describe(connection) };
    this.listeners.emit(change);
  }
}

const serverName = hostname();

const describe = ({ connectionId, userIdentifier }: LifetimeConnection): PresentConnection => ({
  connectionId,
  userIdentifier,
  serverName,
});

/** Presence for one server, in memory. Create it with {@link localPresence}. */
export class LocalPresence {
  readonly #hubs = new Map<string, LocalHubPresence>();

  /**
   * Returns the presence of one hub. `hubName` is the option `name` of `mapHub`, or the class name.
   */
  of(hubName: string): HubPresence {
    return this.track(hubName);
  }

  /** Returns the presence of one hub, so that a lifetime manager can change it. */
  track(hubName: string): LocalHubPresence {
    const existing = this.#hubs.get(hubName);
    if (existing !== undefined) return existing;
    const hub = new LocalHubPresence();
    this.#hubs.set(hubName, hub);
    return hub;
  }
}

/**
 * Creates a presence that lists the connections of this server, in memory. With several servers,
 * use the presence of the scale-out package, which has the same interface.
 * @example
 * const online = localPresence();
 * const signalr = new SignalRServer({ presence: online });
 * const members = await online.of('ChatHub').members('room 1');
 */
export const localPresence = (): LocalPresence => new LocalPresence();
