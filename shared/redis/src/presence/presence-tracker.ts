import { parseEntry, type PresenceEntry, type PresenceKeys } from './presence-client.ts';
import type { PresenceConnection } from './presence-connection.ts';

/** How long Redis keeps a key that no server renews, in ms. */
const KEY_LIFETIME = 24 * 60 * 60 * 1000;

/** How long a change waits at most until Redis confirms it, in ms. */
const MAX_WAIT = 1000;

/** The options of a tracker. Times are in ms. */
export interface PresenceTrackerOptions {
  readonly leaseTime: number;
  readonly heartbeatTimeout: number;
  /** Called when presence stops or starts working. */
  readonly onProblemChanged: (problem: string | undefined) => void;
}

interface TrackedConnection {
  readonly user: string | null;
  readonly groups: Set<string>;
}

/**
 * Writes the connections of this server to Redis and renews the server's lease. If Redis is unavailable, nothing is queued: the next
 * renewal writes the complete state. The other servers remove the entries of a server that has crashed.
 */
export class PresenceTracker {
  readonly #connection: PresenceConnection;
  readonly #keys: PresenceKeys;
  readonly #server: string;
  readonly #leaseTime: number;
  readonly #maxWait: number;
  readonly #stopUsing: () => void;
  readonly #timer: NodeJS.Timeout;
  readonly #connections = new Map<string, TrackedConnection>();
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
    this.#leaseTime = leaseTime;
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

  /** Why presence does not work, as a sentence without secrets. */
  get problem(): string | undefined {
    return this.#connection.problem;
  }

  async addConnection(connectionId: string, user: string | undefined): Promise<void> {
    this.#connections.set(connectionId, { user: user ?? null, groups: new Set() });
    await this.#write(connectionId, () => []);
  }

  async removeConnection(connectionId: string): Promise<void> {
    const connection = this.#connections.get(connectionId);
    if (connection === undefined) return;
    this.#connections.delete(connectionId);
    const groups = [...connection.groups];
    await this.#write(connectionId, () =>
      groups.map((group) => this.#connection.run('hDel', this.#keys.group(group), connectionId)),
    );
  }

  async addToGroup(connectionId: string, group: string): Promise<void> {
    const connection = this.#connections.get(connectionId);
    if (connection === undefined || connection.groups.has(group)) return;
    connection.groups.add(group);
    await this.#write(connectionId, () => this.#addMember(group, connectionId, connection.user));
  }

  async removeFromGroup(connectionId: string, group: string): Promise<void> {
    if (this.#connections.get(connectionId)?.groups.delete(group) !== true) return;
    await this.#write(connectionId, () => [
      this.#connection.run('hDel', this.#keys.group(group), connectionId),
    ]);
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

  async #write(connectionId: string, createCommands: () => Promise<unknown>[]): Promise<void> {
    if (!this.#connection.isReady) {
      this.#isDirty = true;
      return;
    }
    const key = this.#keys.server(this.#server);
    const connection = this.#connections.get(connectionId);
    const ownCommand =
      connection === undefined
        ? this.#connection.run('hDel', key, connectionId)
        : this.#connection.run('hSet', key, connectionId, JSON.stringify(entryOf(connection)));
    const written = Promise.all([ownCommand, ...createCommands()]).catch(() => {
      this.#isDirty = true;
    });
    await waitAtMost(this.#maxWait, written);
  }

  #addMember(group: string, connectionId: string, user: string | null): Promise<unknown>[] {
    const key = this.#keys.group(group);
    const member = JSON.stringify({ server: this.#server, user });
    return [
      this.#connection.run('hSet', key, connectionId, member),
      this.#connection.run('pExpire', key, KEY_LIFETIME),
    ];
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
    const lease = { score: Date.now() + this.#leaseTime, value: this.#server };
    const isNew = (await this.#connection.run('zAdd', this.#keys.servers, lease)) === 1;
    await this.#connection.run('pExpire', this.#keys.servers, KEY_LIFETIME);
    // The lease is new if another server removed this one, or if Redis lost its data.
    if (isNew || this.#isDirty || Date.now() - this.#lastSync > KEY_LIFETIME / 2)
      await this.#sync();
    for (const { value: server, score } of await this.#connection.run(
      'zRangeWithScores',
      this.#keys.servers,
      0,
      -1,
    )) {
      if (score < Date.now()) await this.#removeServer(server);
    }
  }

  /** Makes the state in Redis equal to the state of this server. */
  async #sync(): Promise<void> {
    this.#isDirty = false;
    const key = this.#keys.server(this.#server);
    const commands: Promise<unknown>[] = [];
    for (const [id, entry] of entries(await this.#connection.run('hGetAll', key))) {
      const connection = this.#connections.get(id);
      if (connection === undefined) commands.push(this.#connection.run('hDel', key, id));
      for (const group of entry.groups) {
        if (connection?.groups.has(group) !== true)
          commands.push(this.#connection.run('hDel', this.#keys.group(group), id));
      }
    }
    for (const [id, connection] of this.#connections) {
      commands.push(this.#connection.run('hSet', key, id, JSON.stringify(entryOf(connection))));
      for (const group of connection.groups)
        commands.push(...this.#addMember(group, id, connection.user));
    }
    commands.push(this.#connection.run('pExpire', key, KEY_LIFETIME));
    await Promise.all(commands);
    this.#lastSync = Date.now();
  }

  async #removeServer(server: string): Promise<void> {
    const key = this.#keys.server(server);
    const commands: Promise<unknown>[] = [];
    for (const [id, { groups }] of entries(await this.#connection.run('hGetAll', key))) {
      for (const group of groups)
        commands.push(this.#connection.run('hDel', this.#keys.group(group), id));
    }
    await Promise.all(commands);
    await Promise.all([
      this.#connection.run('del', key),
      this.#connection.run('zRem', this.#keys.servers, server),
    ]);
  }
}

/** Waits for a promise, but not longer than `ms`: presence must not hold up the hub. */
async function waitAtMost(ms: number, promise: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timedOut = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([promise, timedOut]);
  clearTimeout(timer);
}

const entryOf = ({ user, groups }: TrackedConnection): PresenceEntry => ({
  user,
  groups: [...groups],
});

const entries = (hash: Record<string, string>): [string, PresenceEntry][] =>
  Object.entries(hash).flatMap(([id, json]) => {
    const entry = parseEntry<PresenceEntry>(json);
    return entry !== undefined && Array.isArray(entry.groups)
      ? [[id, entry] as [string, PresenceEntry]]
      : [];
  });
