import { errorTexts } from '../error-texts.ts';
import { clientFactory, type RedisClientTemplate } from '../redis-client.ts';
import {
  type MemberEntry,
  parsed,
  type PresenceClient,
  type PresenceEntry,
  PresenceKeys,
} from './presence-client.ts';
import { PresenceTracker } from './presence-tracker.ts';

/** Options of {@link presence}. Give `url` or `client`. */
export interface PresenceOptions {
  /** For example `redis://user:password@host:6379`, or `rediss://…` for TLS. */
  readonly url?: string;
  /** A client of @redis/client. It is copied, and stays yours. */
  readonly client?: RedisClientTemplate;
  /** Put in front of every key. Default none. */
  readonly keyPrefix?: string;
  /** How long a server that has crashed still counts, in ms. Default 30,000. */
  readonly leaseTime?: number;
}

/** A connection of some server. */
export interface PresentConnection {
  readonly connectionId: string;
  readonly userIdentifier: string | undefined;
  readonly serverName: string;
}

/**
 * Who is online, over all servers: what groups and users of SignalR do not tell, there as here. Rights needed beside those of pub/sub:
 * `+zadd +zrem +zrange +hset +hdel +hgetall +del +pexpire ~PREFIX*`.
 * Every answer is of the moment: a connection may have gone when it arrives. All methods reject while Redis is away.
 */
export interface HubPresence {
  /** Every connection of the hub. */
  connections(): Promise<PresentConnection[]>;
  /** The ids of users with at least one connection, each once. */
  users(): Promise<string[]>;
  /** The members of a group. */
  members(group: string): Promise<PresentConnection[]>;
}

/** Made by {@link presence}, and given to {@link redis} as an option. */
export class Presence {
  readonly #client: PresenceClient;
  readonly #prefix: string;
  readonly #leaseTime: number;
  #users = 0;
  #isClosed = false;

  constructor(options: PresenceOptions) {
    this.#prefix = options.keyPrefix ?? '';
    this.#leaseTime = options.leaseTime ?? 30_000;
    if (!(this.#leaseTime > 0)) throw new RangeError(errorTexts.notPositive('leaseTime'));
    this.#client = clientFactory(options.url, options.client, 5000)() as unknown as PresenceClient;
    this.#client.on('error', () => undefined); // it comes back by itself; until then nothing is known
    this.#client.connect().then(
      () => void (this.#isClosed && this.#client.destroy()), // it was ended while its socket was being made
      () => undefined,
    );
  }

  /** Who is on a hub, by the name of its class, or the name that the option `hubName` of `redis()` gives it. */
  of(hubName: string): HubPresence {
    const keys = new PresenceKeys(this.#prefix, hubName);
    const client = this.#client;
    const live = async (): Promise<Set<string>> => {
      if (!client.isReady) throw new Error(errorTexts.away);
      const servers = await asked(client.zRangeWithScores(keys.servers, 0, -1));
      return new Set(servers.filter(({ score }) => score >= Date.now()).map(({ value }) => value));
    };
    const connections = async (): Promise<PresentConnection[]> => {
      const servers = [...(await live())];
      const hashes = await asked(
        Promise.all(servers.map((server) => client.hGetAll(keys.server(server)))),
      );
      return hashes.flatMap((hash, i) =>
        Object.entries(hash).map(([id, json]) =>
          present(id, servers[i] as string, parsed<PresenceEntry>(json)?.user),
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
        const servers = await live();
        const members = Object.entries(await asked(client.hGetAll(keys.group(group))));
        return members.flatMap(([id, json]) => {
          const member = parsed<MemberEntry>(json);
          return member !== undefined && servers.has(member.server)
            ? [present(id, member.server, member.user)]
            : [];
        });
      },
    };
  }

  /** For `redis()`: writes who is on one server. */
  track(hubName: string, serverName: string): PresenceTracker {
    this.#users++;
    return new PresenceTracker(
      this.#client,
      new PresenceKeys(this.#prefix, hubName),
      serverName,
      this.#leaseTime,
    );
  }

  /** For `redis()`: ends the connection with the last server that used it. */
  release(): void {
    if (--this.#users === 0) this.close();
  }

  /** Ends the connection to Redis; needed only where no server uses it. */
  close(): void {
    this.#isClosed = true;
    this.#client.destroy();
  }
}

/** What Redis answers; a connection that breaks meanwhile is the same sentence as one that is away. */
const asked = <T>(answer: Promise<T>): Promise<T> =>
  answer.catch((cause: unknown) => {
    throw new Error(errorTexts.away, { cause });
  });

const present = (
  connectionId: string,
  serverName: string,
  user: string | null | undefined,
): PresentConnection => ({
  connectionId,
  userIdentifier: user ?? undefined,
  serverName,
});

/**
 * Keeps track of who is online in which groups, over all servers and through their crashes.
 * @example
 * const online = presence({ url });
 * const signalr = new SignalRServer({ scaleOut: redis({ url, presence: online }) });
 * const members = await online.of('MessageHub').members('room 1');
 */
export const presence = (options: PresenceOptions): Presence => new Presence(options);
