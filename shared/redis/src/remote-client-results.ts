import {
  type ClientResultsManager,
  type CompletionMessage,
  type HubMessage,
  type HubProtocol,
  type LifetimeConnection,
  MessageType,
  type ScaleOutHub,
  type SharedMessage,
} from '@practical-signalr/server/scale-out';
import { errors } from './errors.ts';
import { logMessages } from './log-messages.ts';
import { bytesOf, encodeFor } from './pub-sub/message-encoder.ts';
import type { RedisBus } from './pub-sub/redis-bus.ts';
import type { RedisChannels } from './pub-sub/redis-channels.ts';
import {
  ForeignMessageError,
  type RedisCompletion,
  writeCompletion,
  writeInvocation,
} from './pub-sub/redis-protocol.ts';
import type { ResolvedRedisOptions } from './redis-options.ts';
import { RemoteInvocations } from './remote-invocations.ts';
import { wireMessages } from './wire-messages.ts';

/** What client results need from the lifetime manager. */
export interface RemoteClientResultsContext {
  readonly hub: ScaleOutHub;
  readonly options: ResolvedRedisOptions;
  readonly protocols: readonly HubProtocol[];
  readonly bus: RedisBus;
  readonly channels: RedisChannels;
  /** The invocations of this server that wait for a result. */
  readonly results: ClientResultsManager;
}

/**
 * Invokes clients of other servers, and returns the results of this server's clients to the servers
 * that invoked them.
 */
export class RemoteClientResults {
  readonly #context: RemoteClientResultsContext;
  readonly #invocations = new RemoteInvocations();

  constructor(context: RemoteClientResultsContext) {
    this.#context = context;
  }

  /**
   * Invokes a client that this server does not hold. Throws if an argument cannot be serialized.
   */
  invoke(connectionId: string, invocationId: string, message: SharedMessage): void {
    const { protocols, channels } = this.#context;
    const payload = writeInvocation({
      excludedConnectionIds: [],
      messages: encodeFor(protocols, message),
      invocationId,
      returnAddress: channels.returnAddress,
    });
    void this.#publish(connectionId, invocationId, payload);
  }

  /** Remembers which server invoked a client of this one. */
  onInvocation(connectionId: string, invocationId: string, returnAddress: string): void {
    this.#invocations.add(connectionId, invocationId, returnAddress);
  }

  /** Sends a result to the server that invoked the client. Returns false if no other server did. */
  sendResult(
    connection: LifetimeConnection | undefined,
    connectionId: string,
    completion: CompletionMessage,
  ): boolean {
    const returnAddress = this.#invocations.take(connectionId, completion.invocationId);
    if (returnAddress === undefined) return false;
    this.#sendCompletion(connection, returnAddress, completion);
    return true;
  }

  /** Returns whether another server waits for a result of the client. */
  isPending(connectionId: string): boolean {
    return this.#invocations.has(connectionId);
  }

  /**
   * Fails the invocations of this and other servers that wait for a client that disconnects or
   * moves.
   */
  onDisconnected(connection: LifetimeConnection): void {
    const { connectionId } = connection;
    this.#context.results.connectionLost(connectionId);
    for (const [invocationId, returnAddress] of this.#invocations.takeAll(connectionId)) {
      this.#sendCompletion(connection, returnAddress, {
        type: MessageType.Completion,
        invocationId,
        hasResult: false,
        error: wireMessages.connectionDisconnected,
      });
    }
  }

  /** Completes an invocation of this server with the result that another server returned. */
  onCompletion({ protocol: protocolName, message }: RedisCompletion): void {
    const { protocols, hub, results } = this.#context;
    const protocol = protocols.find(({ name }) => name === protocolName);
    if (protocol === undefined) {
      hub.logger.warn(logMessages.unknownProtocol(protocolName));
      return;
    }
    const complete = (completion: HubMessage): void => {
      if (completion.type !== MessageType.Completion) throw new ForeignMessageError();
      const connectionId = results.connectionOf(completion.invocationId);
      if (connectionId !== undefined) results.tryComplete(connectionId, completion);
    };
    try {
      protocol.createReader(undefined).read(message, complete);
    } catch {
      throw new ForeignMessageError();
    }
  }

  async #publish(connectionId: string, invocationId: string, payload: Uint8Array): Promise<void> {
    const { bus, channels, options, results } = this.#context;
    try {
      const receivers = await bus.request(channels.connection(connectionId), payload);
      if (receivers > 0) return;
      if (options.countsReceivers) throw errors.connectionNotFound(connectionId);
      const { ackTimeout } = options;
      const timeoutError = errors.resultTimeout(connectionId, ackTimeout);
      setTimeout(() => results.fail(invocationId, timeoutError), ackTimeout).unref();
    } catch (error) {
      results.fail(invocationId, error as Error);
    }
  }

  #sendCompletion(
    connection: LifetimeConnection | undefined,
    returnAddress: string,
    completion: CompletionMessage,
  ): void {
    const { protocols, bus, channels } = this.#context;
    const protocol = connection?.protocol ?? (protocols[0] as HubProtocol);
    const payload = writeCompletion({
      protocol: protocol.name,
      message: bytesOf(protocol.writeMessage(completion)),
    });
    // If Redis or the other server is unavailable, nobody waits for this result.
    bus.request(channels.at(returnAddress), payload).catch(() => undefined);
  }
}
