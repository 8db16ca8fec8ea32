import { createClient } from '@redis/client';

/** Channels whose messages are counted; the oldest go first. */
const COUNTED = 1000;

/** One channel that somebody hears. */
export interface WatchedChannel {
  readonly name: string;
  /** Connections to Redis that hear it: one for each server that has a client there. */
  readonly subscribers: number;
  /** Messages since the watch began; undefined where this user of Redis may not `MONITOR`. */
  readonly messages: number | undefined;
}

/** What is in a Redis at one moment. */
export interface RedisView {
  readonly channels: readonly WatchedChannel[];
  /** Keys that it keeps (`DBSIZE`): a backplane needs none. */
  readonly keys: number;
}

/** Looks into a Redis from outside, for development: `MONITOR` costs a Redis half of its speed. */
export interface RedisWatch {
  /** The view of this moment; undefined while Redis is away. */
  look(): Promise<RedisView | undefined>;
  close(): void;
}

type Client = ReturnType<typeof clientOf>;

/**
 * Watches the channels whose names begin with one of `stems`: who hears them (`PUBSUB`), and how many messages they carried
 * (`MONITOR`). It subscribes to nothing: a subscriber more would change what servers are told.
 * @example
 * const watch = watchRedis(url, ['ChatHub:']);
 * console.log((await watch.look())?.channels);
 */
export function watchRedis(url: string, stems: readonly string[]): RedisWatch {
  const messages = new Map<string, number>();
  let clients: Client[] = [];
  let monitored = false;

  const count = (line: string): void => {
    const quoted = /^\S+ \[[^\]]*\] "S?PUBLISH" "((?:[^"\\]|\\.)*)"/i.exec(line)?.[1];
    if (quoted === undefined) return;
    const channel = unquoted(quoted);
    if (!stems.some((stem) => channel.startsWith(stem))) return;
    messages.set(channel, (messages.get(channel) ?? 0) + 1);
    if (messages.size > COUNTED)
      for (const [oldest] of messages) return void messages.delete(oldest);
  };
  const close = (): void => {
    for (const client of clients.splice(0)) client.destroy();
  };
  const open = async (): Promise<Client> => {
    if (clients[0]?.isReady === true && clients[1]?.isReady === true) return clients[0];
    close();
    clients = [clientOf(url), clientOf(url)];
    const [asking, monitor] = clients as [Client, Client];
    await Promise.all(clients.map((client) => client.connect()));
    monitored = await monitor
      .monitor((line) => count(String(line)))
      .then(
        () => true,
        () => false,
      );
    return asking;
  };
  let looking: Promise<RedisView | undefined> | undefined;
  const look = async (): Promise<RedisView | undefined> => {
    try {
      const client = await open();
      const found = await Promise.all(stems.map((stem) => client.pubSubChannels(`${stem}*`)));
      const names = found.flat().map(String).sort();
      const [subscribers, keys] = await Promise.all([
        names.length > 0 ? client.pubSubNumSub(names) : {},
        client.dbSize(),
      ]);
      const counts = subscribers as Record<string, number>;
      const channels = names.map((name) => ({
        name,
        subscribers: counts[name] ?? 0,
        messages: monitored ? (messages.get(name) ?? 0) : undefined,
      }));
      return { channels, keys };
    } catch {
      close();
      return undefined;
    }
  };
  return { look: () => (looking ??= look().finally(() => (looking = undefined))), close };
}

/** Does not come back by itself: the next look does. */
function clientOf(url: string) {
  const client = createClient({
    url,
    RESP: 2,
    disableOfflineQueue: true,
    socket: { reconnectStrategy: false },
  });
  client.on('error', () => undefined);
  return client;
}

/** The way in which `MONITOR` writes bytes, undone. */
function unquoted(text: string): string {
  const plain = text.replace(/\\(x[\da-f]{2}|.)/gi, (_all, mark: string) => {
    if (mark.length === 3) return String.fromCharCode(Number.parseInt(mark.slice(1), 16));
    return { n: '\n', r: '\r', t: '\t', a: '\u0007', b: '\b' }[mark] ?? mark;
  });
  return Buffer.from(plain, 'latin1').toString();
}
