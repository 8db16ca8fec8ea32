import type { Logger } from '@practical-signalr/server/scale-out';
import { errors } from '../errors.ts';
import { logMessages } from '../log-messages.ts';
import { clientFactory, type RedisClientTemplate } from '../redis-client.ts';
import {
  type MemberEntry,
  parseEntry,
  type PresenceClient,
  type PresenceEntry,
  PresenceKeys,
} from './presence-client.ts';
import { PresenceConnection } from './presence-connection.ts';
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
  /**
   * How long Redis may be silent before the connection of presence is replaced, in ms. Joining groups and connecting never wait
   * longer than this for presence, and at most one second. Default: 5000.
   */
  readonly heartbeatTimeout?: number;
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
  readonly #connection: PresenceConnection;
  readonly #prefix: string;
  readonly #leaseTime: number;
  readonly #heartbeatTimeout: number;
  #trackers = 0;

  constructor(options: PresenceOptions) {
    this.#prefix = options.keyPrefix ?? '';
    this.#leaseTime = options.leaseTime ?? 30_000;
    if (!(this.#leaseTime > 0)) throw errors.notPositive('leaseTime');
    this.#heartbeatTimeout = options.heartbeatTimeout ?? 5000;
    if (!(this.#heartbeatTimeout > 0)) throw errors.notPositive('heartbeatTimeout');
    const create = clientFactory(options.url, options.client, this.#heartbeatTimeout);
    this.#connection = new PresenceConnection(
      () => create() as unknown as PresenceClient,
      this.#heartbeatTimeout,
    );
  }

  /** Returns the presence of one hub. `hubName` is the class name, or the name that the option `hubName` of `redis()` returns for it. */
  of(hubName: string): HubPresence {
    const keys = new PresenceKeys(this.#prefix, hubName);
    const connection = this.#connection;
    const readLiveServers = async (): Promise<Set<string>> => {
      const servers = await connection.run('zRangeWithScores', keys.servers, 0, -1);
      return new Set(servers.filter(({ score }) => score >= Date.now()).map(({ value }) => value));
    };
    const connections = async (): Promise<PresentConnection[]> => {
      const servers = [...(await readLiveServers())];
      const hashes = await Promise.all(
        servers.map((server) => connection.run('hGetAll', keys.server(server))),
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
        const members = Object.entries(await connection.run('hGetAll', keys.group(group)));
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
  track(hubName: string, serverName: string, logger: Logger): PresenceTracker {
    this.#trackers++;
    return new PresenceTracker(
      this.#connection,
      new PresenceKeys(this.#prefix, hubName),
      serverName,
      {
        leaseTime: this.#leaseTime,
        heartbeatTimeout: this.#heartbeatTimeout,
        onProblemChanged(problem) {
          if (problem === undefined) logger.info(logMessages.presenceRestored(hubName));
          else logger.warn(logMessages.presenceFailed(hubName, problem));
        },
      },
    );
  }

  /** Closes the connection to Redis when the last tracker is released. Called by `redis()`. */
  release(): void {
    this.#trackers--;
    if (this.#trackers === 0) this.close();
  }

  /** Closes the connection to Redis. Call it only if no server uses this presence: servers close it themselves. */
  close(): void {
    this.#connection.close();
  }
}

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
