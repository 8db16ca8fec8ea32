import {
  checkPresenceFilter,
  checkPresencePage,
  type PresenceFilter,
  type PresenceLists,
  type PresencePage,
  type PresencePageOptions,
  type PresentConnection,
  readPresenceCursor,
  writePresenceCursor,
} from '@practical-signalr/server/scale-out';
import type { RunPresenceCommand } from './presence-client.ts';
import { type PresenceKeys, readListed } from './presence-keys.ts';

/** The number of connections that one command reads. */
const CHUNK_SIZE = 1000;

/** Reads the lists of one hub from Redis. Connections of crashed servers are left out. */
export class RedisPresenceLists implements PresenceLists {
  readonly #keys: PresenceKeys;
  readonly #run: RunPresenceCommand;

  constructor(keys: PresenceKeys, run: RunPresenceCommand) {
    this.#keys = keys;
    this.#run = run;
  }

  async connections(filter: PresenceFilter = {}): Promise<PresentConnection[]> {
    const key = this.#keyOf(filter);
    const servers = await this.#readLiveServers();
    const connections: PresentConnection[] = [];
    let position: string | undefined;
    do {
      const chunk = await this.#readChunk(key, position, CHUNK_SIZE);
      connections.push(...listLive(chunk, servers));
      position = chunk.length === CHUNK_SIZE ? chunk.at(-1) : undefined;
    } while (position !== undefined);
    return connections;
  }

  async members(group: string): Promise<PresentConnection[]> {
    return this.connections({ group });
  }

  async users(): Promise<string[]> {
    const ids = (await this.connections()).map(({ userIdentifier }) => userIdentifier);
    return [...new Set(ids)].filter((id) => id !== undefined);
  }

  async count(filter: PresenceFilter = {}): Promise<number> {
    return this.#run('zCard', this.#keyOf(filter));
  }

  async page(options: PresencePageOptions = {}): Promise<PresencePage> {
    const limit = checkPresencePage(options);
    let position = readPresenceCursor(options.cursor);
    const key = this.#keyOf(options);
    const servers = await this.#readLiveServers();
    const connections: PresentConnection[] = [];
    // Connections of crashed servers do not count, so a page may need several reads.
    for (;;) {
      const missing = limit - connections.length;
      const chunk = await this.#readChunk(key, position, missing + 1);
      const onPage = chunk.slice(0, missing);
      connections.push(...listLive(onPage, servers));
      if (chunk.length <= missing) return { connections, nextCursor: undefined };
      position = onPage.at(-1) as string;
      if (connections.length === limit)
        return { connections, nextCursor: writePresenceCursor(position) };
    }
  }

  #keyOf(filter: PresenceFilter): string {
    checkPresenceFilter(filter);
    const { group, user } = filter;
    if (group !== undefined) return this.#keys.group(group);
    return user === undefined ? this.#keys.all : this.#keys.user(user);
  }

  #readChunk(key: string, position: string | undefined, count: number): Promise<string[]> {
    const start = position === undefined ? '-' : `(${position}`;
    return this.#run('zRange', key, start, '+', { BY: 'LEX', LIMIT: { offset: 0, count } });
  }

  async #readLiveServers(): Promise<ReadonlySet<string>> {
    const servers = await this.#run('zRangeWithScores', this.#keys.servers, 0, -1);
    return new Set(servers.filter(({ score }) => score >= Date.now()).map(({ value }) => value));
  }
}

const listLive = (
  members: readonly string[],
  servers: ReadonlySet<string>,
): readonly PresentConnection[] =>
  members
    .map(readListed)
    .filter((one) => one !== undefined)
    .filter(({ serverName }) => servers.has(serverName));
