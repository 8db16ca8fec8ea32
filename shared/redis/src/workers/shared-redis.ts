import type { SharedBackplane, WorkerPort } from '@practical-signalr/server/scale-out';
import { randomBytes } from 'node:crypto';
import { RedisConnection } from '../pub-sub/redis-connection.ts';
import type { RedisPubSubClient } from '../redis-client.ts';
import type { ResolvedRedisOptions } from '../redis-options.ts';
import { asBuffersMapping } from '../pub-sub/as-buffers-mapping.ts';
import { describeFailure } from './relayed-error.ts';
import type { CallMessage, RedisCommand, ToWorker } from './worker-messages.ts';

/** A channel that at least one worker has subscribed to. */
interface SharedChannel {
  readonly workers: Set<WorkerPort>;
  /** Whether Redis counts this machine as a subscriber. */
  isConfirmed: boolean;
}

/**
 * The connection of one machine to Redis, in the primary process of its workers. It subscribes to a
 * channel once, however many workers need it, and passes each message to these workers.
 */
export class SharedRedis implements SharedBackplane {
  readonly #options: ResolvedRedisOptions;
  readonly #connection: RedisConnection;
  readonly #workers = new Set<WorkerPort>();
  readonly #channels = new Map<string, SharedChannel>();

  constructor(options: ResolvedRedisOptions) {
    this.#options = options;
    const { channelPrefix } = options;
    const channel = `${channelPrefix}internal:machine:${randomBytes(16).toString('hex')}`;
    this.#connection = new RedisConnection(options, {
      heartbeat: { channel, payload: Buffer.alloc(0) },
      onConnected: () => this.#sendState(true),
      onDisconnected: (cause) => this.#sendState(false, cause),
    });
    // Not connected yet, so this is not refused.
    void this.#connection.subscribe(channel, () => {
      this.#connection.onHeartbeat();
      return undefined;
    });
    this.#connection.open();
  }

  addWorker(port: WorkerPort): () => void {
    this.#workers.add(port);
    port.onMessage((message) => void this.#onCall(port, message as CallMessage));
    const { state, cause } = this.#connection;
    if (state === 'connected') send(port, { type: 'state', isConnected: true, cause: undefined });
    if (state === 'disconnected') send(port, { type: 'state', isConnected: false, cause });
    return () => this.#removeWorker(port);
  }

  async close(): Promise<void> {
    await this.#connection.flush();
    this.#connection.close();
    this.#options.presence?.close();
  }

  #sendState(isConnected: boolean, cause?: string): void {
    for (const worker of this.#workers) send(worker, { type: 'state', isConnected, cause });
  }

  #removeWorker(port: WorkerPort): void {
    this.#workers.delete(port);
    const channels = [...this.#channels].filter(([, { workers }]) => workers.has(port));
    void this.#unsubscribe(
      port,
      channels.map(([name]) => name),
    );
  }

  async #onCall(port: WorkerPort, { id, command }: CallMessage): Promise<void> {
    let reply: ToWorker;
    try {
      reply = { type: 'reply', id, value: await this.#run(port, command) };
    } catch (error) {
      reply = { type: 'failure', id, failure: describeFailure(error) };
    }
    // A worker that has ended in the meantime needs no reply.
    if (this.#workers.has(port)) send(port, reply);
  }

  #run(port: WorkerPort, command: RedisCommand): Promise<unknown> {
    const connection = this.#connection;
    switch (command.name) {
      case 'publish':
        return this.#publish(command.channel, command.payload, command.isUrgent);
      case 'countSubscribers':
        return this.#countSubscribers(command.channel);
      case 'subscribe':
        return this.#subscribe(port, command.channels);
      case 'unsubscribe':
        return this.#unsubscribe(port, command.channels);
      case 'get':
        return connection.run((client) => client.get(command.key));
      case 'getDel':
        return connection.run((client) => client.getDel(command.key));
      case 'set': {
        const { key, value, options } = command;
        return connection.run((client) => client.set(key, value, options));
      }
      case 'eval':
        return connection.run((client) => evaluate(client, command));
    }
  }

  async #publish(channel: string, payload: Uint8Array, isUrgent: boolean): Promise<number> {
    const receivers = await this.#connection.publish(channel, bufferOf(payload), (client) =>
      this.#options.publish(client, channel, bufferOf(payload), isUrgent),
    );
    return this.#countWorkers(channel, receivers);
  }

  async #countSubscribers(channel: string): Promise<number> {
    const count = await this.#connection.run((client) =>
      this.#options.countSubscribers(client, channel),
    );
    return this.#countWorkers(channel, count);
  }

  /** Returns the number of receivers if this machine counts as many as its workers. */
  #countWorkers(channel: string, receivers: number): number {
    const shared = this.#channels.get(channel);
    return shared?.isConfirmed === true ? receivers - 1 + shared.workers.size : receivers;
  }

  async #subscribe(port: WorkerPort, names: readonly string[]): Promise<void> {
    // The last messages of a worker may arrive after its end. Nothing would unsubscribe it.
    if (!this.#workers.has(port)) return;
    await Promise.all(names.map((name) => this.#subscribeToOne(port, name)));
  }

  async #subscribeToOne(port: WorkerPort, name: string): Promise<void> {
    const channel = this.#channels.get(name) ?? { workers: new Set(), isConfirmed: false };
    this.#channels.set(name, channel);
    channel.workers.add(port);
    try {
      await this.#connection.subscribe(name, (payload) => this.#onMessage(name, payload));
      channel.isConfirmed = true;
    } catch (error) {
      channel.workers.delete(port);
      if (channel.workers.size === 0 && this.#channels.get(name) === channel)
        this.#channels.delete(name);
      throw error;
    }
  }

  async #unsubscribe(port: WorkerPort, names: readonly string[]): Promise<void> {
    const unused = names.filter((name) => {
      const channel = this.#channels.get(name);
      return channel?.workers.delete(port) === true && channel.workers.size === 0;
    });
    for (const name of unused) this.#channels.delete(name);
    await this.#connection.unsubscribe(unused);
  }

  #onMessage(channel: string, payload: Buffer): undefined {
    const workers = this.#channels.get(channel)?.workers ?? [];
    for (const worker of workers) send(worker, { type: 'message', channel, payload });
    return undefined;
  }
}

const send = (port: WorkerPort, message: ToWorker): void => port.send(message);

async function evaluate(
  client: RedisPubSubClient,
  command: RedisCommand & { readonly name: 'eval' },
): Promise<unknown> {
  const { script, keys, args, repliesBuffers } = command;
  const reader = repliesBuffers ? (client.withTypeMapping?.(asBuffersMapping) ?? client) : client;
  const texts = args.map((arg) => (typeof arg === 'string' ? arg : bufferOf(arg)));
  return reader.eval?.(script, { keys: [...keys], arguments: texts });
}

/** Buffers are byte arrays after their way through a structured clone. */
const bufferOf = (bytes: Uint8Array): Buffer =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
