import { createHash } from 'node:crypto';
import { comparePositions } from '@practical-signalr/server/scale-out';
import { causes } from '../causes.ts';
import { asBuffersMapping } from '../pub-sub/as-buffers-mapping.ts';
import { explainRedisError } from '../pub-sub/explain-redis-error.ts';
import type { RedisBus } from '../pub-sub/redis-bus.ts';
import type { RedisChannels } from '../pub-sub/redis-channels.ts';
import { ForeignMessageError } from '../pub-sub/redis-protocol.ts';
import type { RedisPubSubClient } from '../redis-client.ts';
import type { ResolvedHistoryOptions } from './history-options.ts';
import * as scripts from './history-scripts.ts';

/** The number of entries that one command reads. Redis serves nobody else in the meantime. */
const PAGE_SIZE = 100;

/** A message in the history, or a gap. */
export interface HistoryEntry {
  readonly position: string;
  readonly target: string;
  readonly payload: Buffer;
}

/** The part of the history of which this server has received everything. */
export interface ReachedHistory {
  /** The oldest and the newest position of the history. */
  readonly first: string;
  readonly last: string;
  /** The time of Redis, in ms. */
  readonly time: number;
}

const REACHED_FORMAT = /^(\d{1,15}-\d{1,15}) (\d{1,15}-\d{1,15}) (\d{1,15})$/;

/**
 * Reads what the server publishes to itself. Throws a {@link ForeignMessageError} if the payload
 * has another format.
 */
export function readReached(payload: Uint8Array): ReachedHistory {
  const [, first, last, time] = REACHED_FORMAT.exec(Buffer.from(payload).toString()) ?? [];
  if (first === undefined || last === undefined) throw new ForeignMessageError();
  return { first, last, time: Number(time) };
}

/** A session of a client that recovers. */
export interface ClaimedSession {
  /** The ids of the connections that the session has had, including the one that claims it. */
  readonly owners: readonly string[];
  /** The position at which the session started. */
  readonly start: string;
  /** The position at which the client joined, by group. */
  readonly groups: ReadonlyMap<string, string>;
  /** The oldest and the newest position of the history. Empty if it has none. */
  readonly first: string;
  readonly last: string;
}

/** The reply of the script that reads. */
type Page = [count: number, last: Buffer, found: [Buffer, Buffer, Buffer][], first: Buffer];

/** The stream and the sessions of one hub in Redis. */
export class HistoryStore {
  readonly streamKey: string;
  readonly #bus: RedisBus;
  readonly #stem: string;
  readonly #positionChannel: string;
  readonly #options: ResolvedHistoryOptions;

  constructor(bus: RedisBus, channels: RedisChannels, options: ResolvedHistoryOptions) {
    this.#bus = bus;
    this.#stem = `${channels.stem}:history`;
    this.#positionChannel = channels.historyPositions;
    this.streamKey = `${this.#stem}:stream`;
    this.#options = options;
  }

  /**
   * Returns the key of a session. It contains a digest, so that readers of Redis do not learn the
   * secret.
   */
  #keyOf(session: string): string {
    return `${this.#stem}:session:${createHash('sha256').update(session).digest('hex')}`;
  }

  /** Creates a session. Resolves with its first position. */
  async begin(
    session: string,
    user: string | undefined,
    connectionId: string,
    groups: Iterable<string>,
  ): Promise<string> {
    const args = [writeUser(user), connectionId, String(this.#options.maxAge), ...groups];
    return String(await this.#run(scripts.beginScript, [this.#keyOf(session)], args));
  }

  /** Claims a session for a connection. Resolves with undefined if the user has no such session. */
  async claim(
    session: string,
    user: string | undefined,
    connectionId: string,
  ): Promise<ClaimedSession | undefined> {
    const args = [writeUser(user), connectionId, String(this.#options.maxAge)];
    const reply = await this.#run(scripts.claimScript, [this.#keyOf(session)], args);
    const [flat, first, last] = reply as [string[] | undefined, string, string];
    if (flat === undefined) return undefined;
    const groups = new Map<string, string>();
    let owners: readonly string[] = [];
    let start = '';
    for (let i = 0; i + 1 < flat.length; i += 2) {
      const name = String(flat[i]);
      const value = String(flat[i + 1]);
      if (name.startsWith('group:')) groups.set(name.slice('group:'.length), value);
      else if (name === 'owners') owners = value.split(' ');
      else if (name === 'start') start = value;
    }
    return { owners, start, groups, first, last };
  }

  /** Records a change of groups. Resolves with false if another connection owns the session. */
  async changeGroup(
    session: string,
    connectionId: string,
    group: string,
    change: 'add' | 'remove',
  ): Promise<boolean> {
    const args = [connectionId, group, change];
    return (await this.#run(scripts.groupScript, [this.#keyOf(session)], args)) !== 0;
  }

  /** Removes a session. */
  async end(session: string): Promise<void> {
    await this.#run(scripts.endScript, [this.#keyOf(session)], []);
  }

  /** Adds a gap: messages before it may be missing. */
  async markGap(): Promise<void> {
    await this.#run(scripts.gapScript, [], [String(this.#options.maxMessages)]);
  }

  /** Removes what is too old, keeps sessions, and publishes positions to this server. */
  async maintain(sessions: readonly string[]): Promise<void> {
    const keys = sessions.map((session) => this.#keyOf(session));
    await this.#run(scripts.maintainScript, keys, [
      String(this.#options.maxAge),
      this.#positionChannel,
    ]);
  }

  /**
   * Reads the messages to the targets, and the gaps, after a position, page by page. Returns the
   * last position, or undefined if messages were trimmed that have not been read.
   */
  async *read(
    after: string,
    targets: readonly string[],
  ): AsyncGenerator<HistoryEntry[], string | undefined> {
    let position = after;
    for (;;) {
      const args = [position, String(PAGE_SIZE), ...targets];
      const reply = await this.#run(scripts.readScript, [], args, true);
      const [count, last, found, first] = reply as Page;
      if (first.length === 0 || comparePositions(first.toString(), position) > 0) return undefined;
      position = last.toString();
      yield found.map(([id, target, payload]) => ({
        position: id.toString(),
        target: target.toString(),
        payload,
      }));
      if (count < PAGE_SIZE) return position;
    }
  }

  async #run(
    script: string,
    keys: readonly string[],
    args: readonly string[],
    asBuffers = false,
  ): Promise<unknown> {
    const options = { keys: [this.streamKey, ...keys], arguments: [...args] };
    const evaluate = async (client: RedisPubSubClient): Promise<unknown> => {
      const reader = asBuffers ? (client.withTypeMapping?.(asBuffersMapping) ?? client) : client;
      return reader.eval?.(script, options);
    };
    return this.#bus.run(evaluate, explainHistoryRefusal);
  }
}

const writeUser = (user: string | undefined): string => JSON.stringify(user ?? null);

/** Returns why Redis refuses a command of the history, as text without secrets. */
export const explainHistoryRefusal = (error: Error): string =>
  /NOPERM|can't run this command|ACL/.test(error.message)
    ? causes.noHistoryPermission
    : explainRedisError(error, true);
