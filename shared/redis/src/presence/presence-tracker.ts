import type { PresenceChange } from '@practical-signalr/server/scale-out';
import type { PresenceConnection } from './presence-connection.ts';
import {
  type JournalEntry,
  type PresenceKeys,
  readJournalEntry,
  type TrackedConnection,
  writeJournalEntry,
  writeListed,
} from './presence-keys.ts';

/** How long Redis keeps a key that no server renews, in ms. */
const KEY_LIFETIME = 24 * 60 * 60 * 1000;

/** The maximum number of lists of users and groups that are checked in each renewal. */
const CHECKED_LISTS = 500;

/**
 * The maximum number of entries that are written at the same time: a server may have 100,000, and
 * each command takes memory until Redis has replied.
 */
const BATCH_SIZE = 500;

/** How long a change waits at most until Redis confirms it, in ms. */
const MAX_WAIT = 1000;

/** The options of a tracker. Times are in ms. */
export interface PresenceTrackerOptions {
  readonly leaseTime: number;
  readonly heartbeatTimeout: number;
  /** Called when presence stops or starts working. */
  readonly onProblemChanged: (problem: string | undefined) => void;
  /** Called after changes, and after the removal of a server that has crashed. */
  readonly onChanges: (changes: readonly PresenceChange[]) => void;
}

interface LocalConnection extends TrackedConnection {
  readonly groups: Set<string>;
}

/**
 * Writes the connections of this server to Redis and renews the server's lease. If Redis is
 * unavailable, nothing is queued: the next renewal writes the complete state. The other servers
 * remove the entries of a server that has crashed.
 */
export class PresenceTracker {
  readonly #connection: PresenceConnection;
  readonly #keys: PresenceKeys;
  readonly #server: string;
  readonly #journal: string;
  readonly #options: PresenceTrackerOptions;
  readonly #maxWait: number;
  readonly #stopUsing: () => void;
  readonly #timer: NodeJS.Timeout;
  readonly #connections = new Map<string, LocalConnection>();
  /** The lists of users and groups that are checked next. */
  #unchecked: Iterator<string, undefined> = this.#listUsedKeys();
  /** Whether the state in Redis may differ from the state of this server. */
  #isDirty = true;
  #lastSync = 0;
  #renewal: Promise<void> | undefined;

  constructor(
    connection: PresenceConnection,
    keys: PresenceKeys,
    server: string,
    options: PresenceTrackerOptions,
  ) {
    const { leaseTime, heartbeatTimeout } = options;
    this.#connection = connection;
    this.#keys = keys;
    this.#server = server;
    this.#journal = keys.journal(server);
    this.#options = options;
    this.#maxWait = Math.min(MAX_WAIT, heartbeatTimeout);
    this.#stopUsing = connection.use({
      onReady: () => this.#tick(),
      onProblemChanged: options.onProblemChanged,
    });
    // A renewal is also a heartbeat, which detects a connection that died silently.
    const interval = Math.min(leaseTime / 3, heartbeatTimeout);
    this.#timer = setInterval(() => this.#tick(), interval);
    this.#timer.unref();
    this.#tick();
  }

  /** Why presence does not work, as text without secrets. */
  get problem(): string | undefined {
    return this.#connection.problem;
  }

  async addConnection(id: string, user: string | undefined): Promise<void> {
    const connection = { id, user, groups: new Set<string>() };
    this.#connections.set(id, connection);
    await this.#write(() => this.#list(connection));
    this.#report([connection], 'connected');
  }

  async removeConnection(connectionId: string): Promise<void> {
    const connection = this.#connections.get(connectionId);
    if (connection === undefined) return;
    this.#connections.delete(connectionId);
    const entries = entriesOf(connection);
    await this.#write(() => this.#unlist(entries));
    this.#report(entries, 'disconnected');
  }

  async addToGroup(connectionId: string, group: string): Promise<void> {
    const connection = this.#connections.get(connectionId);
    if (connection === undefined || connection.groups.has(group)) return;
    connection.groups.add(group);
    const entry = { ...connection, group };
    await this.#write(() => this.#list(entry));
    this.#report([entry], 'connected');
  }

  async removeFromGroup(connectionId: string, group: string): Promise<void> {
    const connection = this.#connections.get(connectionId);
    if (connection?.groups.delete(group) !== true) return;
    const entries = [{ ...connection, group }];
    await this.#write(() => this.#unlist(entries));
    this.#report(entries, 'disconnected');
  }

  /** Stops renewing, and removes this server from Redis. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#stopUsing();
    await this.#renewal;
    this.#connections.clear();
    if (!this.#connection.isReady) return; // The lease expires by itself.
    await this.#removeServer(this.#server).catch(() => undefined);
  }

  /** Runs commands, and waits for them for a short time: presence must not hold up the hub. */
  async #write(createCommands: () => Promise<unknown>[]): Promise<void> {
    if (!this.#connection.isReady) {
      this.#isDirty = true;
      return;
    }
    const written = Promise.all(createCommands()).catch(() => {
      this.#isDirty = true;
    });
    let timer: NodeJS.Timeout | undefined;
    const timedOut = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, this.#maxWait);
    });
    await Promise.race([written, timedOut]);
    clearTimeout(timer);
  }

  /**
   * Adds a connection, or its membership in one group, to Redis. The cost does not depend on its
   * other groups.
   */
  #list(entry: TrackedConnection & Partial<JournalEntry>): Promise<unknown>[] {
    const { id, user, group } = entry;
    const member = { score: 0, value: writeListed(entry, this.#server) };
    const field = writeJournalEntry({ id, user, group });
    const commands: Promise<unknown>[] = [this.#connection.run('hSet', this.#journal, field, '')];
    for (const key of this.#listsOf({ id, user, group })) {
      commands.push(this.#connection.run('zAdd', key, member));
      commands.push(this.#connection.run('pExpire', key, KEY_LIFETIME));
    }
    return commands;
  }

  #unlist(entries: readonly JournalEntry[]): Promise<unknown>[] {
    const fields = entries.map(writeJournalEntry);
    const removed = entries.flatMap((entry) => {
      const member = writeListed(entry, this.#server);
      return this.#listsOf(entry).map((key) => this.#connection.run('zRem', key, member));
    });
    return [...removed, this.#connection.run('hDel', this.#journal, fields)];
  }

  /** Returns the keys of the lists that contain an entry. */
  #listsOf({ user, group }: JournalEntry): readonly string[] {
    if (group !== undefined) return [this.#keys.group(group)];
    return user === undefined ? [this.#keys.all] : [this.#keys.all, this.#keys.user(user)];
  }

  #tick(): void {
    if (this.#renewal !== undefined || !this.#connection.isReady) return;
    this.#renewal = this.#renew()
      .catch(() => {
        this.#isDirty = true;
      })
      .finally(() => (this.#renewal = undefined));
  }

  async #renew(): Promise<void> {
    const { servers } = this.#keys;
    const lease = { score: Date.now() + this.#options.leaseTime, value: this.#server };
    const isNew = (await this.#connection.run('zAdd', servers, lease)) === 1;
    await this.#connection.run('pExpire', servers, KEY_LIFETIME);
    const isFirst = this.#lastSync === 0;
    await this.#findEvictedLists();
    // The lease is new if another server removed this one, or if Redis lost its data.
    if (isNew || this.#isDirty || Date.now() - this.#lastSync > KEY_LIFETIME / 2)
      await this.#sync();
    if (isNew && !isFirst) this.#options.onChanges([{ type: 'reset' }]);
    const leases = await this.#connection.run('zRangeWithScores', servers, 0, -1);
    for (const { value: server, score } of leases) {
      if (score < Date.now())
        this.#report(await this.#removeServer(server), 'disconnected', server);
    }
  }

  /** Checks whether Redis still has the lists, because it may evict keys if its memory is full. */
  async #findEvictedLists(): Promise<void> {
    if (this.#connections.size === 0) return;
    const keys = [this.#journal, this.#keys.all];
    for (let i = 0; i < CHECKED_LISTS; i++) {
      const next = this.#unchecked.next();
      if (next.done === true) {
        this.#unchecked = this.#listUsedKeys();
        break;
      }
      keys.push(next.value);
    }
    const found = keys.map((key) => this.#connection.run('pExpire', key, KEY_LIFETIME));
    if ((await Promise.all(found)).includes(0)) this.#isDirty = true;
  }

  /** Lists the keys of the users and groups of this server. Connections may change meanwhile. */
  *#listUsedKeys(): Iterator<string, undefined> {
    for (const { user, groups } of this.#connections.values()) {
      if (user !== undefined) yield this.#keys.user(user);
      for (const group of groups) yield this.#keys.group(group);
    }
    return undefined;
  }

  /** Makes the state in Redis equal to the state of this server. */
  async #sync(): Promise<void> {
    this.#isDirty = false;
    const written = Object.keys(await this.#connection.run('hGetAll', this.#journal));
    const entries = [...this.#connections.values()].flatMap(entriesOf);
    const expected = new Set(entries.map(writeJournalEntry));
    const stale = written.filter((field) => !expected.has(field)).map(readJournalEntry);
    const staleEntries = stale.filter((entry) => entry !== undefined);
    // Connections and groups may change between the batches.
    await inBatches(staleEntries, (batch) => {
      const absent = batch.filter((entry) => !this.#isCurrent(entry));
      return absent.length > 0 ? this.#unlist(absent) : [];
    });
    await inBatches(entries, (batch) =>
      batch.filter((entry) => this.#isCurrent(entry)).flatMap((entry) => this.#list(entry)),
    );
    await this.#connection.run('pExpire', this.#journal, KEY_LIFETIME);
    this.#lastSync = Date.now();
  }

  /** Returns whether this server has a connection, or its membership in a group. */
  #isCurrent({ id, user, group }: JournalEntry): boolean {
    const connection = this.#connections.get(id);
    if (connection === undefined || connection.user !== user) return false;
    return group === undefined || connection.groups.has(group);
  }

  /**
   * Removes a server. Returns the entries that this call has removed; another server may remove
   * them at the same time.
   */
  async #removeServer(server: string): Promise<JournalEntry[]> {
    const journal = this.#keys.journal(server);
    const fields = Object.keys(await this.#connection.run('hGetAll', journal));
    const removed: JournalEntry[] = [];
    const remove = async (field: string): Promise<void> => {
      const entry = readJournalEntry(field);
      if (entry === undefined) return;
      const member = writeListed(entry, server);
      await Promise.all(
        this.#listsOf(entry).map((key) => this.#connection.run('zRem', key, member)),
      );
      if ((await this.#connection.run('hDel', journal, field)) === 1) removed.push(entry);
    };
    await inBatches(fields, (batch) => batch.map(remove));
    await Promise.all([
      this.#connection.run('del', journal),
      this.#connection.run('zRem', this.#keys.servers, server),
    ]);
    return removed;
  }

  /**
   * Reports entries as changes: memberships before connections, so that a connection leaves its
   * groups before it closes.
   */
  #report(
    entries: readonly (TrackedConnection & Partial<JournalEntry>)[],
    type: 'connected' | 'disconnected',
    serverName = this.#server,
  ): void {
    if (entries.length === 0) return;
    const changes = entries.map(({ id, user, group }): PresenceChange => {
      const connection = { connectionId: id, userIdentifier: user, serverName };
      if (group === undefined) return { type, connection };
      return { type: type === 'connected' ? 'joined' : 'left', group, connection };
    });
    const isMembership = (change: PresenceChange): number => ('group' in change ? 0 : 1);
    this.#options.onChanges(changes.toSorted((a, b) => isMembership(a) - isMembership(b)));
  }
}

/** Runs the commands for each batch of items, and waits for them before it runs the next ones. */
async function inBatches<T>(
  items: readonly T[],
  run: (batch: readonly T[]) => readonly Promise<unknown>[],
): Promise<void> {
  for (let i = 0; i < items.length; i += BATCH_SIZE)
    await Promise.all(run(items.slice(i, i + BATCH_SIZE)));
}

/** Returns the entries of a connection: one for each group, then one for the connection itself. */
const entriesOf = ({ id, user, groups }: LocalConnection): JournalEntry[] => [
  ...[...groups].map((group) => ({ id, user, group })),
  { id, user, group: undefined },
];
