import { type CloseMessage, type HubMessage, MessageType } from '@practical-signalr/protocol';
import type { LifetimeConnection } from '../../scale-out/lifetime-connection.ts';
import type { CallingConnection, Invocation } from '../calling-connection.ts';
import type { HubDispatcher } from '../dispatch/hub-dispatcher.ts';
import { runCall } from '../dispatch/run-call.ts';
import { runRecoveryCall } from '../dispatch/recovery-call.ts';
import { CallQueue, type CallRunner } from './call-queue.ts';
import type { KeepAlive } from './keep-alive.ts';
import type { IncomingChunks } from '../reading/incoming-chunks.ts';

/** The events of {@link IncomingMessages}, for its connection. */
export interface IncomingMessageEvents {
  /** The client closes the connection. */
  onCloseMessage(message: CloseMessage): void;
  /** The client has returned a result. */
  onClientResult(): void;
}

/** Handles the messages of one client after the handshake. */
export class IncomingMessages implements CallRunner {
  readonly calls: CallQueue;
  readonly #connection: CallingConnection & LifetimeConnection;
  readonly #dispatcher: HubDispatcher;
  readonly #keepAlive: KeepAlive;
  readonly #events: IncomingMessageEvents;
  readonly #chunks: IncomingChunks;

  /** `chunks` are paused while too many calls wait. */
  constructor(
    connection: CallingConnection & LifetimeConnection,
    dispatcher: HubDispatcher,
    keepAlive: KeepAlive,
    chunks: IncomingChunks,
    events: IncomingMessageEvents,
  ) {
    this.#connection = connection;
    this.#dispatcher = dispatcher;
    this.#keepAlive = keepAlive;
    this.#events = events;
    this.#chunks = chunks;
    const { maximumParallelInvocationsPerClient } = dispatcher.options;
    const callBudget = chunks.isMultiplexed ? Infinity : undefined;
    this.calls = new CallQueue(maximumParallelInvocationsPerClient, this, chunks.gate, callBudget);
  }

  runCall(call: Invocation): Promise<unknown> | undefined {
    const { logger } = this.#dispatcher.options;
    return (
      runRecoveryCall(this.#connection, call, logger) ??
      runCall(this.#dispatcher, this.#connection, call)
    );
  }

  cancelCall(invocationId: string): void {
    this.#connection.streams.cancel(invocationId);
  }

  onCallsStarted(): void {
    this.#chunks.onCallsStarted();
  }

  /** `size` is in bytes, or in UTF-16 code units for text. */
  receive(message: HubMessage, size?: number): void {
    const { streams, lifetime, connectionId } = this.#connection;
    switch (message.type) {
      case MessageType.Invocation:
      case MessageType.StreamInvocation:
        this.#invoke(message);
        break;
      case MessageType.CancelInvocation:
        if (!streams.cancel(message.invocationId)) this.calls.cancel(message.invocationId);
        break;
      case MessageType.Close:
        this.#events.onCloseMessage(message);
        break;
      case MessageType.Ping:
        this.#keepAlive.clientPings = true;
        break;
      case MessageType.StreamItem:
        if (message.itemError === undefined) {
          streams.receive(message.invocationId, message.item, size);
        } else streams.refuseItem(message.invocationId);
        break;
      case MessageType.Completion:
        // The end of an upload, or the result of a client. Unknown ids are ignored.
        if (streams.complete(message.invocationId, message.error)) break;
        lifetime.setConnectionResult(connectionId, message);
        this.#events.onClientResult();
        break;
      default:
    }
  }

  /** Queues a call. Its uploads open now, because their items may arrive before the call runs. */
  #invoke(invocation: Invocation): void {
    const { invocationId, streamIds } = invocation;
    const { streams } = this.#connection;
    const error = streamIds?.length ? streams.uploads.open(streamIds) : undefined;
    if (error === undefined) this.calls.add(invocation);
    else if (invocationId !== undefined) {
      const completion = { type: MessageType.Completion, invocationId, hasResult: false, error };
      this.#connection.send(completion);
    }
  }
}
