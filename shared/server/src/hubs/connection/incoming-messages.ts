import { type CloseMessage, type HubMessage, MessageType } from '@practical-signalr/protocol';
import type { CallingConnection, Invocation } from '../calling-connection.ts';
import type { CallQueue } from './call-queue.ts';
import type { KeepAlive } from './keep-alive.ts';

/** The events of {@link IncomingMessages}, for its connection. */
export interface IncomingMessageEvents {
  /** The client closes the connection. */
  onCloseMessage(message: CloseMessage): void;
  /** The client has returned a result. */
  onClientResult(): void;
}

/** Handles the messages of one client after the handshake. */
export class IncomingMessages {
  readonly #connection: CallingConnection;
  readonly #calls: CallQueue;
  readonly #keepAlive: KeepAlive;
  readonly #events: IncomingMessageEvents;

  constructor(
    connection: CallingConnection,
    calls: CallQueue,
    keepAlive: KeepAlive,
    events: IncomingMessageEvents,
  ) {
    this.#connection = connection;
    this.#calls = calls;
    this.#keepAlive = keepAlive;
    this.#events = events;
  }

  receive(message: HubMessage): void {
    const { streams, lifetime, connectionId } = this.#connection;
    switch (message.type) {
      case MessageType.Invocation:
      case MessageType.StreamInvocation:
        this.#invoke(message);
        break;
      case MessageType.CancelInvocation:
        if (!streams.cancel(message.invocationId)) this.#calls.cancel(message.invocationId);
        break;
      case MessageType.Close:
        this.#events.onCloseMessage(message);
        break;
      case MessageType.Ping:
        this.#keepAlive.clientPings = true;
        break;
      case MessageType.StreamItem:
        if (message.itemError === undefined) {
          streams.receive(message.invocationId, message.item);
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
    if (error === undefined) this.#calls.add(invocation);
    else if (invocationId !== undefined) {
      const completion = { type: MessageType.Completion, invocationId, hasResult: false, error };
      this.#connection.send(completion);
    }
  }
}
