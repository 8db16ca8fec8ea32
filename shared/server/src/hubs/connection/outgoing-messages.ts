import { type HubMessage, type HubProtocol, MessageType } from '@practical-signalr/protocol';
import type { Transport } from '../../connections/transport.ts';
import { logMessages } from '../../log-messages.ts';
import type { Logger } from '../../logger.ts';
import type { SharedMessage } from '../../scale-out/shared-message.ts';
import type { CallingConnection } from '../calling-connection.ts';
import type { KeepAlive } from './keep-alive.ts';
import { isCounted } from './message-buffer.ts';

/**
 * Encodes and sends the messages of one connection, from the handshake until the connection
 * closes. Before and after that, messages are dropped.
 */
export class OutgoingMessages {
  readonly #connection: Pick<CallingConnection, 'connectionId' | 'abort'>;
  readonly #transport: Transport;
  readonly #keepAlive: KeepAlive;
  readonly #logger: Logger;
  #protocol: HubProtocol | undefined;
  #isStopped = false;
  /** True while the connection moves: another server answers its calls. */
  isMoving = false;

  constructor(
    connection: Pick<CallingConnection, 'connectionId' | 'abort'>,
    transport: Transport,
    keepAlive: KeepAlive,
    logger: Logger,
  ) {
    this.#connection = connection;
    this.#transport = transport;
    this.#keepAlive = keepAlive;
    this.#logger = logger;
  }

  /** The protocol that the handshake selected. */
  get protocol(): HubProtocol | undefined {
    return this.#protocol;
  }

  start(protocol: HubProtocol): void {
    this.#protocol = protocol;
  }

  stop(): void {
    this.#isStopped = true;
  }

  /**
   * Sends a message that other connections receive too. Returns what `whenRoom` returns. Closes the
   * connection if another server encoded the message without the protocol of this connection.
   */
  write(message: SharedMessage): Promise<void> | undefined {
    if (this.#isStopped || this.#protocol === undefined) return undefined;
    const payload = message.encoded(this.#protocol);
    if (payload === undefined) {
      const { connectionId } = this.#connection;
      this.#logger.error(logMessages.missingProtocol(connectionId, this.#protocol.name));
      this.#connection.abort();
      return undefined;
    }
    this.#keepAlive.hasSent = true;
    this.#transport.sendShared(payload);
    return this.#transport.whenRoom();
  }

  /** Sends a message to this client only. Throws the errors of the payload serializer. */
  send(message: HubMessage): void {
    if (this.#isStopped || this.isMoving || this.#protocol === undefined) return;
    this.#keepAlive.hasSent = true;
    const payload = this.#protocol.writeMessage(message);
    if (isCounted(message) || this.#transport.sendUncounted === undefined) {
      this.#transport.send(payload);
    } else {
      this.#transport.sendUncounted(payload);
    }
  }

  /** Returns undefined if more may be sent now, otherwise a promise of room in the buffer. */
  whenRoom(awaitsAcks?: boolean): Promise<void> | undefined {
    return this.#isStopped ? undefined : this.#transport.whenRoom(awaitsAcks);
  }

  /** Returns a function that encodes and sends the items of one stream. */
  streamItemWriter(invocationId: string): (item: unknown) => void {
    const protocol = this.#protocol as HubProtocol;
    const encode =
      protocol.createItemWriter?.(invocationId) ??
      ((item: unknown) =>
        protocol.writeMessage({ type: MessageType.StreamItem, invocationId, item }));
    return (item) => {
      if (this.#isStopped || this.isMoving) return;
      this.#keepAlive.hasSent = true;
      this.#transport.send(encode(item));
    };
  }
}
