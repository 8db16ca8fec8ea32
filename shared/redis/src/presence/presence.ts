import { causes } from '../causes.ts';
import { errors } from '../errors.ts';
import { clientFactory, type RedisClientTemplate } from '../redis-client.ts';
import {
  type MemberEntry,
  parseEntry,
  type PresenceClient,
  type PresenceEntry,
  PresenceKeys,
} from './presence-client.ts';
import { PresenceTracker } from './presence-tracker.ts';

/** The options of {@link presence}. Set either `url` or `client`. */
export interface PresenceOptions {
  /** The URL of Redis, for example `redis://user:password@host:6379`, or `rediss://…` for TLS. */
  readonly url?: string;
  /** A client of @redis/client instead of `url`. It is duplicated and not used itself. */
  readonly client?: RedisClientTemplate;
  /** A prefix for all keys. Default: no prefix. */
  readonly keyPrefix?: string;
  /** How long the connections of a crashed server are still listed, in ms. Default: 30,000. */
  readonly leaseTime?: number;
}

/** A connection of any server. */
export interface PresentConnection {
  readonly connectionId: string;
  readonly userIdentifier: string | undefined;
  readonly serverName: string;
}

/**
 * Lists who is online, over all servers. SignalR itself cannot list the members of groups or the connections of users.
 * In addition to the permissions for pub/sub, the Redis user needs `+zadd +zrem +zrange +hset +hdel +hgetall +del +pexpire ~PREFIX*`.
 * A result describes one moment: a connection may have closed by the time the result arrives. While Redis is unavailable, all
 * methods reject with `ERR_SIGNALR_REDIS_UNAVAILABLE`.
 */
export interface HubPresence {
  /** Returns all connections of the hub. */
  connections(): Promise<PresentConnection[]>;
  /** Returns the ids of all users with at least one connection, without duplicates. */
  users(): Promise<string[]>;
  /** Returns the members of a group. */
  members(group: string): Promise<PresentConnection[]>;
}

/** Presence over all servers. Create it with {@link presence} and pass it to {@link redis} as an option. */
export class Presence {
  readonly #client: PresenceClient;
  readonly #prefix: string;
  readonly #leaseTime: number;
  #trackers = 0;
  #isClosed = false;

  constructor(options: PresenceOptions) {
    this.#prefix = options.keyPrefix ?? '';
    this.#leaseTime = options.leaseTime ?? 30_000;
    if (!(this.#leaseTime > 0)) throw errors.notPositive('leaseTime');
    this.#client = clientFactory(options.url, options.client, 5000)() as unknown as PresenceClient;
    // The client reconnects by itself. Until then, all methods reject.
    this.#client.on('error', () => undefined);
    this.#client.connect().then(
      () => {
        // A client that was destroyed while its socket was opening connects nevertheless.
        if (this.#isClosed) this.#client.destroy();
      },
      () => undefined,
    );
  }

  /** Returns the presence of one hub. `hubName` is the class name, or the name that the option `hubName` of `redis()` returns for it. */
  of(hubName: string): HubPresence {
    const keys = new PresenceKeys(this.#prefix, hubName);
    const client = this.#client;
    const readLiveServers = async (): Promise<Set<string>> => {
      if (!client.isReady) throw errors.unavailable(causes.unavailable);
      const servers = await wrapErrors(client.zRangeWithScores(keys.servers, 0, -1));
      return new Set(servers.filter(({ score }) => score >= Date.now()).map(({ value }) => value));
    };
    const connections = async (): Promise<PresentConnection[]> => {
      const servers = [...(await readLiveServers())];
      const hashes = await wrapErrors(
        Promise.all(servers.map((server) => client.hGetAll(keys.server(server)))),
      );
      return hashes.flatMap((hash, i) =>
        Object.entries(hash).map(([id, json]) =>
          presentConnection(id, servers[i] as string, parseEntry<PresenceEntry>(json)?.user),
        ),
      );
    };
    return {
      connections,
      async users() {
        const ids = (await connections()).map(({ userIdentifier }) => userIdentifier);
        return [...new Set(ids)].filter((id) => id !== undefined);
      },
      async members(group) {
        const servers = await readLiveServers();
        const members = Object.entries(await wrapErrors(client.hGetAll(keys.group(group))));
        return members.flatMap(([id, json]) => {
          const member = parseEntry<MemberEntry>(json);
          return member !== undefined && servers.has(member.server)
            ? [presentConnection(id, member.server, member.user)]
            : [];
        });
      },
    };
  }

  /** Creates the tracker for one server. Called by `redis()`. */
  track(hubName: string, serverName: string): PresenceTracker {
    this.#trackers++;
    return new PresenceTracker(
      this.#client,
      new PresenceKeys(this.#prefix, hubName),
      serverName,
      this.#leaseTime,
    );
  }

  /** Closes the connection to Redis when the last tracker is released. Called by `redis()`. */
  release(): void {
    this.#trackers--;
    if (this.#trackers === 0) this.close();
  }

  /** Closes the connection to Redis. Call it only if no server uses this presence: servers close it themselves. */
  close(): void {
    this.#isClosed = true;
    this.#client.destroy();
  }
}

/** Reports a connection that closes during a command in the same way as one that is not open. */
const wrapErrors = <T>(reply: Promise<T>): Promise<T> =>
  reply.catch((cause: unknown) => {
    throw errors.unavailable(causes.unavailable, { cause });
  });

const presentConnection = (
  connectionId: string,
  serverName: string,
  user: string | null | undefined,
): PresentConnection => ({
  connectionId,
  userIdentifier: user ?? undefined,
  serverName,
});

/**
 * Tracks who is online and in which groups, over all servers, and removes the connections of servers that crash.
 * Throws `ERR_SIGNALR_REDIS_NO_TARGET`, `…_TWO_TARGETS`, `…_INVALID_URL` or `…_OPTION_NOT_POSITIVE` if an option is invalid.
 * @example
 * const online = presence({ url });
 * const signalr = new SignalRServer({ scaleOut: redis({ url, presence: online }) });
 * const members = await online.of('MessageHub').members('room 1');
 */
export const presence = (options: PresenceOptions): Presence => new Presence(options);
