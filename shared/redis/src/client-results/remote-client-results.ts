import {
  type ClientResultsManager,
  type CodedError,
  type CompletionMessage,
  type ConnectionIndex,
  type HubMessage,
  type HubProtocol,
  type LifetimeConnection,
  MessageType,
  type ScaleOutHub,
  type SharedMessage,
} from '@practical-signalr/server/scale-out';
import { causes } from '../causes.ts';
import { errors } from '../errors.ts';
import { logMessages } from '../log-messages.ts';
import { bytesOf, encodeFor } from '../pub-sub/message-encoder.ts';
import type { RedisBus } from '../pub-sub/redis-bus.ts';
import type { RedisChannels } from '../pub-sub/redis-channels.ts';
import {
  ForeignMessageError,
  type RedisCompletion,
  writeCompletion,
  writeInvocation,
} from '../pub-sub/redis-protocol.ts';
import type { ResolvedRedisOptions } from '../redis-options.ts';
import {
  MAX_PER_CONNECTION,
  type RemoteInvocation,
  RemoteInvocations,
} from './remote-invocations.ts';
import { UndeliveredResults } from './undelivered-results.ts';
import { wireMessages } from '../wire-messages.ts';

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
  /** Results that other servers wait for, and that Redis has not accepted because it was lost. */
  readonly #undelivered = new UndeliveredResults();
  #hasWarned = false;

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

  /**
   * Remembers which server invoked a client of this one. If the client has too many open
   * invocations, the oldest one fails.
   */
  onInvocation(connectionId: string, invocationId: string, returnAddress: string): void {
    const removed = this.#invocations.add(connectionId, invocationId, returnAddress);
    if (removed !== undefined)
      this.#sendError(undefined, removed, wireMessages.tooManyInvocations(MAX_PER_CONNECTION));
  }

  /**
   * Fails the invocations of clients that this server does not hold. Called when Redis is lost:
   * what other servers send until it is back does not arrive here, so a result may never come.
   */
  onOutage(index: ConnectionIndex, cause: string): void {
    this.#context.results.failWhere(
      (connectionId) => index.get(connectionId) === undefined,
      (connectionId) => errors.unavailable(causes.resultLost(connectionId, cause)),
    );
  }

  /** Sends the results that Redis has not accepted. */
  onReconnected(): void {
    for (const { channel, payload } of this.#undelivered.takeAll()) this.#deliver(channel, payload);
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
      const invocation = { invocationId, returnAddress };
      this.#sendError(connection, invocation, wireMessages.connectionDisconnected);
    }
  }

  /** Completes an invocation of this server with the result that another server returned. */
  onCompletion({ protocol: protocolName, message }: RedisCompletion): undefined {
    const { protocols, hub, results } = this.#context;
    const protocol = protocols.find(({ name }) => name === protocolName);
    if (protocol === undefined) {
      // Once, because any number of results may arrive.
      if (!this.#hasWarned)
        hub.logger.warn(logMessages.unknownProtocol(protocolName.slice(0, 100)));
      this.#hasWarned = true;
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

  #sendError(
    connection: LifetimeConnection | undefined,
    { invocationId, returnAddress }: RemoteInvocation,
    error: string,
  ): void {
    const completion = { type: MessageType.Completion, invocationId, hasResult: false, error };
    this.#sendCompletion(connection, returnAddress, completion);
  }

  #sendCompletion(
    connection: LifetimeConnection | undefined,
    returnAddress: string,
    completion: CompletionMessage,
  ): void {
    const { protocols, channels } = this.#context;
    const protocol = connection?.protocol ?? (protocols[0] as HubProtocol);
    const payload = writeCompletion({
      protocol: protocol.name,
      message: bytesOf(protocol.writeMessage(completion)),
    });
    this.#deliver(channels.at(returnAddress), payload);
  }

  /** Sends a result, or keeps it until Redis is back: the other server waits for it. */
  #deliver(channel: string, payload: Uint8Array): void {
    this.#context.bus.request(channel, payload).catch((error: unknown) => {
      const { code } = error as CodedError;
      if (code === 'ERR_SIGNALR_REDIS_UNAVAILABLE') this.#undelivered.add({ channel, payload });
    });
  }
}
