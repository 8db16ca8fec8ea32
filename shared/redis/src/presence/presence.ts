import type { HubPresence, Logger } from '@practical-signalr/server/scale-out';
import { checkTime } from '../check-time.ts';
import { logMessages } from '../log-messages.ts';
import { clientFactory, type RedisClientTemplate } from '../redis-client.ts';
import { PresenceChanges, type PresenceLink } from './presence-changes.ts';
import type { PresenceClient, RunPresenceCommand } from './presence-client.ts';
import { PresenceConnection } from './presence-connection.ts';
import { PresenceKeys } from './presence-keys.ts';
import { RedisPresenceLists } from './presence-lists.ts';
import { PresenceTracker } from './presence-tracker.ts';

/**
 * The options of {@link presence}. Set either `url` or `client`. Times are at most 2,147,483,647 ms
 * (24 days).
 */
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
   * How long Redis may be silent before the connection of presence is replaced, in ms. Joining
   * groups and connecting never wait longer than this for presence, and at most one second.
   * Default: 5000.
   */
  readonly heartbeatTimeout?: number;
}

/** A server whose connections presence tracks. */
export interface TrackedServer {
  readonly hubName: string;
  readonly serverName: string;
  readonly logger: Logger;
  /** Carries the changes to the other servers. */
  readonly link: PresenceLink;
}

/**
 * Presence over all servers. Create it with {@link presence} and pass it to {@link redis} as an
 * option.
 */
export class Presence {
  readonly #openConnection: () => PresenceConnection;
  #connection: PresenceConnection;
  readonly #prefix: string;
  readonly #leaseTime: number;
  readonly #heartbeatTimeout: number;
  readonly #changes = new Map<string, PresenceChanges>();
  readonly #run: RunPresenceCommand = (name, ...args) => this.#connection.run(name, ...args);
  #trackers = 0;

  constructor(options: PresenceOptions) {
    this.#prefix = options.keyPrefix ?? '';
    this.#leaseTime = checkTime('leaseTime', options.leaseTime ?? 30_000);
    this.#heartbeatTimeout = checkTime('heartbeatTimeout', options.heartbeatTimeout ?? 5000);
    const create = clientFactory(options.url, options.client, this.#heartbeatTimeout);
    this.#openConnection = () =>
      new PresenceConnection(() => create() as unknown as PresenceClient, this.#heartbeatTimeout);
    this.#connection = this.#openConnection();
  }

  /**
   * Returns the presence of one hub. `hubName` is the option `name` of `mapHub`, or the class name,
   * or the name that the option `hubName` of `redis()` returns for it. Connections of a crashed
   * server are listed until its lease expires, and counted until another server has removed them.
   * While Redis is unavailable, all methods reject with `ERR_SIGNALR_REDIS_UNAVAILABLE`. Listeners
   * of `onChange` are called only in a process that has a server with this hub.
   */
  of(hubName: string): HubPresence {
    const lists = new RedisPresenceLists(new PresenceKeys(this.#prefix, hubName), this.#run);
    return {
      connections: (filter) => lists.connections(filter),
      members: (group) => lists.members(group),
      users: () => lists.users(),
      count: (filter) => lists.count(filter),
      page: (options) => lists.page(options),
      onChange: (listener) => this.changesOf(hubName).onChange(listener),
    };
  }

  /** Creates the tracker for one server. Called by `redis()`. */
  track({ hubName, serverName, logger, link }: TrackedServer): PresenceTracker {
    this.#trackers++;
    // A server may start after the last one of this process has closed.
    if (this.#connection.isClosed) this.#connection = this.#openConnection();
    const changes = this.changesOf(hubName);
    changes.onListenerError = (error) =>
      logger.error(logMessages.presenceListenerFailed(hubName), error);
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
        onChanges: (list) => void changes.publish(link, list),
      },
    );
  }

  /** Returns the changes of one hub. Called by `redis()`. */
  changesOf(hubName: string): PresenceChanges {
    const changes = this.#changes.get(hubName) ?? new PresenceChanges();
    this.#changes.set(hubName, changes);
    return changes;
  }

  /** Closes the connection to Redis when the last tracker is released. Called by `redis()`. */
  release(): void {
    this.#trackers--;
    if (this.#trackers === 0) this.close();
  }

  /**
   * Closes the connection to Redis. Call it only if no server uses this presence: servers close it
   * themselves.
   */
  close(): void {
    this.#connection.close();
  }
}

/**
 * Tracks who is online and in which groups, over all servers, and removes the connections of
 * servers that crash. In addition to the permissions for pub/sub, the Redis user needs
 * `+zadd +zrem +zrange +zcard +hset +hdel +hgetall +del +pexpire ~PREFIX*`. Needs Redis 6.2 or
 * newer. Throws `ERR_SIGNALR_REDIS_NO_TARGET`, `…_TWO_TARGETS`, `…_INVALID_URL`,
 * `…_OPTION_NOT_POSITIVE` or `…_TIME_TOO_LONG` if an option is invalid.
 * @example
 * const online = presence({ url });
 * const signalr = new SignalRServer({ scaleOut: redis({ url, presence: online }) });
 * const members = await online.of('MessageHub').members('room 1');
 */
export const presence = (options: PresenceOptions): Presence => new Presence(options);
