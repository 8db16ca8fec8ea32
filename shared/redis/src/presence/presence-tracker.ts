import type { PresenceClient, PresenceEntry, PresenceKeys } from './presence-client.ts';
import { parsed } from './presence-client.ts';

/** Keys that nobody renews any more go by themselves, in ms. */
const KEY_LIFETIME = 24 * 60 * 60 * 1000;

interface Tracked {
  readonly user: string | null;
  readonly groups: Set<string>;
}

/**
 * Writes who is on this server, and renews its lease. What cannot be written now is written as a whole later, so nothing waits in a
 * queue; what a server that has crashed leaves behind is taken away by the others.
 */
export class PresenceTracker {
  readonly #client: PresenceClient;
  readonly #keys: PresenceKeys;
  readonly #server: string;
  readonly #leaseTime: number;
  readonly #timer: NodeJS.Timeout;
  readonly #connections = new Map<string, Tracked>();
  /** What Redis has may differ from what is. */
  #dirty = true;
  #syncedAt = 0;
  #work: Promise<void> | undefined;

  constructor(client: PresenceClient, keys: PresenceKeys, server: string, leaseTime: number) {
    this.#client = client;
    this.#keys = keys;
    this.#server = server;
    this.#leaseTime = leaseTime;
    this.#timer = setInterval(() => this.#tick(), leaseTime / 3);
    this.#timer.unref();
    client.on('ready', () => this.#tick());
    this.#tick();
  }

  async addConnection(connectionId: string, user: string | undefined): Promise<void> {
    this.#connections.set(connectionId, { user: user ?? null, groups: new Set() });
    await this.#write(connectionId, () => []);
  }

  async removeConnection(connectionId: string): Promise<void> {
    const gone = this.#connections.get(connectionId);
    this.#connections.delete(connectionId);
    const groups = [...(gone?.groups ?? [])];
    await this.#write(connectionId, () =>
      groups.map((group) => this.#client.hDel(this.#keys.group(group), connectionId)),
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
      this.#client.hDel(this.#keys.group(group), connectionId),
    ]);
  }

  /** Takes this server off: it ends as it should. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#work;
    this.#connections.clear();
    if (!this.#client.isReady) return; // its lease ends by itself
    await this.#removeServer(this.#server).catch(() => undefined);
  }

  async #write(connectionId: string, further: () => Promise<unknown>[]): Promise<void> {
    if (!this.#client.isReady) {
      this.#dirty = true;
      return;
    }
    const key = this.#keys.server(this.#server);
    const connection = this.#connections.get(connectionId);
    const own =
      connection === undefined
        ? this.#client.hDel(key, connectionId)
        : this.#client.hSet(key, connectionId, JSON.stringify(entryOf(connection)));
    await Promise.all([own, ...further()]).catch(() => {
      this.#dirty = true;
    });
  }

  #addMember(group: string, connectionId: string, user: string | null): Promise<unknown>[] {
    const key = this.#keys.group(group);
    const member = JSON.stringify({ server: this.#server, user });
    return [this.#client.hSet(key, connectionId, member), this.#client.pExpire(key, KEY_LIFETIME)];
  }

  #tick(): void {
    if (this.#work !== undefined || !this.#client.isReady) return;
    this.#work = this.#renew()
      .catch(() => {
        this.#dirty = true;
      })
      .finally(() => (this.#work = undefined));
  }

  async #renew(): Promise<void> {
    const lease = { score: Date.now() + this.#leaseTime, value: this.#server };
    const isNew = (await this.#client.zAdd(this.#keys.servers, lease)) === 1;
    await this.#client.pExpire(this.#keys.servers, KEY_LIFETIME);
    // Others have given this server up, or Redis has lost its data.
    if (isNew || this.#dirty || Date.now() - this.#syncedAt > KEY_LIFETIME / 2) await this.#sync();
    for (const { value: server, score } of await this.#client.zRangeWithScores(
      this.#keys.servers,
      0,
      -1,
    )) {
      if (score < Date.now()) await this.#removeServer(server);
    }
  }

  /** Makes what Redis has of this server what is. */
  async #sync(): Promise<void> {
    this.#dirty = false;
    const key = this.#keys.server(this.#server);
    const work: Promise<unknown>[] = [];
    for (const [id, entry] of entries(await this.#client.hGetAll(key))) {
      const now = this.#connections.get(id);
      if (now === undefined) work.push(this.#client.hDel(key, id));
      for (const group of entry.groups) {
        if (now?.groups.has(group) !== true)
          work.push(this.#client.hDel(this.#keys.group(group), id));
      }
    }
    for (const [id, connection] of this.#connections) {
      work.push(this.#client.hSet(key, id, JSON.stringify(entryOf(connection))));
      for (const group of connection.groups)
        work.push(...this.#addMember(group, id, connection.user));
    }
    work.push(this.#client.pExpire(key, KEY_LIFETIME));
    await Promise.all(work);
    this.#syncedAt = Date.now();
  }

  async #removeServer(server: string): Promise<void> {
    const key = this.#keys.server(server);
    const work: Promise<unknown>[] = [];
    for (const [id, { groups }] of entries(await this.#client.hGetAll(key))) {
      for (const group of groups) work.push(this.#client.hDel(this.#keys.group(group), id));
    }
    await Promise.all(work);
    await Promise.all([this.#client.del(key), this.#client.zRem(this.#keys.servers, server)]);
  }
}

const entryOf = ({ user, groups }: Tracked): PresenceEntry => ({ user, groups: [...groups] });

const entries = (hash: Record<string, string>): [string, PresenceEntry][] =>
  Object.entries(hash).flatMap(([id, json]) => {
    const entry = parsed<PresenceEntry>(json);
    return entry !== undefined && Array.isArray(entry.groups)
      ? [[id, entry] as [string, PresenceEntry]]
      : [];
  });
