import { createClient } from '@redis/client';

/**
 * The maximum number of channels whose messages are counted. Above it, the oldest one is removed.
 */
const MAX_COUNTED_CHANNELS = 1000;

/** A channel with at least one subscriber. */
export interface WatchedChannel {
  readonly name: string;
  /**
   * The number of connections that are subscribed: one for each server with a client that the
   * channel concerns.
   */
  readonly subscribers: number;
  /**
   * The number of messages since the watch began; undefined if the Redis user may not use
   * `MONITOR`.
   */
  readonly messages: number | undefined;
}

/** The channels and keys of a Redis at one moment. */
export interface RedisView {
  readonly channels: readonly WatchedChannel[];
  /** The number of keys (`DBSIZE`). A backplane without presence needs none. */
  readonly keys: number;
}

/**
 * Observes a Redis. Use it for development only, because `MONITOR` halves the throughput of Redis.
 */
export interface RedisWatch {
  /** Returns the current view; undefined while Redis is unavailable. */
  look(): Promise<RedisView | undefined>;
  close(): void;
}

type Client = ReturnType<typeof createWatchClient>;

/**
 * Watches the channels whose names start with one of `stems`: how many subscribers they have
 * (`PUBSUB`), and how many messages they carried (`MONITOR`). It does not subscribe to them,
 * because PUBLISH would count it as a receiver.
 * @example
 * const watch = watchRedis(url, ['ChatHub:']);
 * console.log((await watch.look())?.channels);
 */
export function watchRedis(url: string, stems: readonly string[]): RedisWatch {
  const messages = new Map<string, number>();
  let clients: Client[] = [];
  let isMonitoring = false;

  const count = (line: string): void => {
    const quoted = /^\S+ \[[^\]]*\] "S?PUBLISH" "((?:[^"\\]|\\.)*)"/i.exec(line)?.[1];
    if (quoted === undefined) return;
    const channel = unquote(quoted);
    if (!stems.some((stem) => channel.startsWith(stem))) return;
    messages.set(channel, (messages.get(channel) ?? 0) + 1);
    if (messages.size > MAX_COUNTED_CHANNELS) {
      const [oldest] = messages.keys();
      messages.delete(oldest as string);
    }
  };
  const close = (): void => {
    for (const client of clients.splice(0)) client.destroy();
  };
  const open = async (): Promise<Client> => {
    if (clients[0]?.isReady === true && clients[1]?.isReady === true) return clients[0];
    close();
    clients = [createWatchClient(url), createWatchClient(url)];
    const [queryClient, monitor] = clients as [Client, Client];
    await Promise.all(clients.map((client) => client.connect()));
    isMonitoring = await monitor
      .monitor((line) => count(String(line)))
      .then(
        () => true,
        () => false,
      );
    return queryClient;
  };
  let looking: Promise<RedisView | undefined> | undefined;
  const look = async (): Promise<RedisView | undefined> => {
    try {
      const client = await open();
      const channelLists = await Promise.all(
        stems.map((stem) => client.pubSubChannels(`${stem}*`)),
      );
      const names = channelLists.flat().map(String).sort();
      const [subscribers, keys] = await Promise.all([
        names.length > 0 ? client.pubSubNumSub(names) : {},
        client.dbSize(),
      ]);
      const counts = subscribers as Record<string, number>;
      const channels = names.map((name) => ({
        name,
        subscribers: counts[name] ?? 0,
        messages: isMonitoring ? (messages.get(name) ?? 0) : undefined,
      }));
      return { channels, keys };
    } catch {
      close();
      return undefined;
    }
  };
  return { look: () => (looking ??= look().finally(() => (looking = undefined))), close };
}

/** Creates a client that does not reconnect: the next call of `look` creates a new one. */
function createWatchClient(url: string) {
  const client = createClient({
    url,
    RESP: 2,
    disableOfflineQueue: true,
    socket: { reconnectStrategy: false },
  });
  client.on('error', () => undefined);
  return client;
}

/** Decodes a string that `MONITOR` has quoted. */
function unquote(text: string): string {
  const plain = text.replace(/\\(x[\da-f]{2}|.)/gi, (_all, mark: string) => {
    if (mark.length === 3) return String.fromCharCode(Number.parseInt(mark.slice(1), 16));
    return { n: '\n', r: '\r', t: '\t', a: '\u0007', b: '\b' }[mark] ?? mark;
  });
  return Buffer.from(plain, 'latin1').toString();
}
