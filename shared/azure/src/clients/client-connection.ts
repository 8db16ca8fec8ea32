import {
  FifoQueue,
  Gate,
  type HubProtocol,
  MessageType,
  type SharedPayload,
  type Transport,
  type TransportEvents,
} from '@practical-signalr/server/scale-out';
import { callChain } from '../connections/call-chain.ts';
import { FlowControl } from '../connections/flow-control.ts';
import type { ServiceConnection } from '../connections/service-connection.ts';
import { logMessages } from '../log-messages.ts';
import { type MessageOf, ServiceMessageType } from '../service-protocol/index.ts';
import { openedClient } from '../negotiation/client-claims.ts';

/** The maximum number of bytes from a client that are buffered while the hub has paused reading. */
const MAXIMUM_INCOMING = 1024 * 1024;
/** While the service has paused a client: the number of buffered bytes at which senders wait. */
const HIGH_WATER_MARK = 64 * 1024;
/**
 * While the service has paused a client: the number of buffered bytes, in both directions, at
 * which the client is closed. Its calls wait until their results can be sent.
 */
const MAXIMUM_PAUSED = 16 * 1024 * 1024;

/**
 * The kind of data. With stateful reconnect, the service numbers messages of the kind `Invocation`.
 * Source: `DataMessageType`.
 */
const DataType = {
  Handshake: { dataType: 1 },
  Invocation: { dataType: 2 },
  Other: { dataType: 3 },
} as const;
type DataExtension = (typeof DataType)[keyof typeof DataType];

/**
 * The maximum number of buffered chunks, because each of them takes memory in addition to its
 * bytes. A client can send chunks of one byte.
 */
const MAXIMUM_CHUNKS = 32_768;
/** The same while the service has paused a client, in both directions. */
const MAXIMUM_PAUSED_CHUNKS = 131_072;

const noHeaders = new Map<string, readonly string[]>();

/**
 * The transport of one client of the service. Its bytes are carried in messages of a server
 * connection.
 * Source: `ClientConnectionContext` of azure-signalr.
 */
export class ClientConnection implements Transport {
  readonly isMultiplexed = true;
  readonly name = 'WebSockets'; // Only the service knows the client's real transport.
  readonly connectionId: string;
  /** The instance of the service that holds the client. */
  readonly instanceId: string | undefined;
  readonly user: ReturnType<typeof openedClient>;
  /**
   * Undefined if the hub does not support the client's protocol, or the service does not report it.
   */
  readonly protocol: HubProtocol | undefined;
  readonly connection: ServiceConnection;
  readonly #onEnd: () => void;
  readonly #warn: (message: string) => void;
  #events: TransportEvents | undefined;
  /**
   * True if the client comes from another server, which has already sent the handshake response.
   */
  readonly #isMigrated: boolean;
  #handshakeDone = false;
  #isEnded = false;
  #hasMoved = false;
  #isPaused = false;
  /**
   * Data that arrives while reading is paused. Undefined marks that the client has a new socket.
   */
  readonly #incoming = new FifoQueue<Uint8Array | undefined>();
  #incomingBytes = 0;
  /** Whether the last item of `#incoming` marks a new socket. */
  #endsWithReconnect = false;
  /** True if data has been buffered because the service had paused the client. */
  #hasWaited = false;
  /**
   * Messages that are buffered while the service has paused the client. Undefined if it is not
   * paused.
   */
  #outgoing: { readonly payload: string | Uint8Array; readonly ext: DataExtension }[] | undefined;
  #outgoingBytes = 0;
  readonly #room = new Gate();

  constructor(
    connection: ServiceConnection,
    message: MessageOf<typeof ServiceMessageType.OpenConnection>,
    protocol: HubProtocol | undefined,
    onEnd: () => void,
    warn: (message: string) => void,
  ) {
    this.connection = connection;
    this.connectionId = message.connectionId ?? '';
    this.instanceId = header(message.headers, 'Asrs-Instance-Id');
    this.#isMigrated = header(message.headers, 'Asrs-Migrate-From') !== undefined;
    this.user = openedClient(message.claims);
    this.protocol = protocol;
    this.#onEnd = onEnd;
    this.#warn = warn;
  }

  listen(events: TransportEvents): void {
    this.#events = events;
  }

  /**
   * Called when the client has moved to another server. Calls that run here can finish. Their
   * results are sent to the client's id, which the service routes to the other server.
   */
  onMoved(): void {
    if (this.#isEnded || this.#hasMoved) return;
    this.#hasMoved = true;
    this.#incoming.clear();
    this.resumeOutgoing();
    const events = this.#events;
    if (events?.onMoved === undefined) return this.end();
    callChain.run(this.connection, () => events.onMoved?.());
  }

  /** Handles data of the client. Messages that it causes are sent on the same server connection. */
  receive(payload: Uint8Array): void {
    if (this.#isEnded || this.#hasMoved) return;
    if (!this.#isPaused)
      return callChain.run(this.connection, () => this.#events?.onReceive(payload));
    this.#incoming.add(payload);
    this.#endsWithReconnect = false;
    this.#incomingBytes += payload.byteLength;
    if (this.#outgoing !== undefined) {
      this.#hasWaited = true;
      this.#checkPaused();
      return;
    }
    const [bytes, chunks] = this.#hasWaited
      ? [MAXIMUM_PAUSED, MAXIMUM_PAUSED_CHUNKS]
      : [MAXIMUM_INCOMING, MAXIMUM_CHUNKS];
    if (this.#incomingBytes > bytes || this.#incoming.length > chunks) {
      this.#warn(logMessages.clientTooFast(this.connectionId));
      this.closeWithReconnect();
    }
  }

  /** Called when the client has a new socket, on which it repeats a message sent in part before. */
  onReconnected(): void {
    if (this.#isEnded) return;
    if (!this.#isPaused) this.#events?.onReconnected?.();
    else if (!this.#endsWithReconnect) {
      this.#endsWithReconnect = true;
      this.#incoming.add(undefined);
    }
  }

  send(payload: string | Uint8Array): void {
    if (this.#handshakeDone) return this.#sendAs(DataType.Invocation, payload);
    this.#handshakeDone = true;
    if (!this.#isMigrated) this.#sendAs(DataType.Handshake, payload);
  }

  sendUncounted(payload: string | Uint8Array): void {
    if (!this.#hasMoved) this.#sendAs(DataType.Other, payload);
  }

  sendShared({ payload }: SharedPayload): void {
    this.send(payload);
  }

  whenRoom(): Promise<void> | undefined {
    if (this.#outgoingBytes <= HIGH_WATER_MARK) return this.connection.whenRoom();
    return this.#room.wait();
  }

  /**
   * Called when the service has paused the client. Confirms that nothing more is sent until it
   * resumes.
   */
  pauseOutgoing(): void {
    if (this.#isEnded || this.#outgoing !== undefined) return;
    this.#outgoing = [];
    const { Client: objectType, PauseAck: operation } = FlowControl;
    this.connection.send({
      type: ServiceMessageType.ConnectionFlowControl,
      id: this.connectionId,
      objectType,
      operation,
    });
  }

  resumeOutgoing(): void {
    const messages = this.#outgoing ?? [];
    this.#forgetOutgoing();
    for (const { payload, ext } of messages) this.#write(payload, ext);
  }

  /** Closes the client at the service. */
  close(): void {
    if (this.#isEnded) return;
    if (this.#hasMoved) return this.end();
    this.resumeOutgoing();
    this.connection.send({
      type: ServiceMessageType.CloseConnection,
      connectionId: this.connectionId,
      errorMessage: '',
      headers: noHeaders,
    });
    this.end();
  }

  abort(): void {
    this.close();
  }

  /** Closes the client with a Close message that allows automatic reconnect. */
  closeWithReconnect(): void {
    const close = this.protocol?.writeMessage({
      type: MessageType.Close,
      allowReconnect: true,
    });
    if (close !== undefined) this.sendUncounted(close);
    this.close();
  }

  /**
   * Ends the connection locally, after the client has disconnected or moved. Nothing more is sent
   * to it.
   */
  end(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#incoming.clear();
    this.#forgetOutgoing();
    this.#onEnd();
    const events = this.#events;
    if (events !== undefined)
      callChain.run(this.connection, () => queueMicrotask(() => events.onClose()));
  }

  #sendAs(ext: DataExtension, payload: string | Uint8Array): void {
    if (this.#isEnded) return;
    if (this.#outgoing === undefined) return this.#write(payload, ext);
    this.#outgoing.push({ payload, ext });
    this.#outgoingBytes += payload.length;
    this.#checkPaused();
  }

  /** Closes a client that the service has paused if too much waits for it. */
  #checkPaused(): void {
    const chunks = this.#incoming.length + (this.#outgoing?.length ?? 0);
    const isFull = this.#incomingBytes + this.#outgoingBytes > MAXIMUM_PAUSED;
    if (!isFull && chunks <= MAXIMUM_PAUSED_CHUNKS) return;
    this.#warn(logMessages.clientTooSlow(this.connectionId));
    this.#outgoing = undefined;
    this.close();
  }

  #write(payload: string | Uint8Array, ext: DataExtension): void {
    const { connection, connectionId, protocol } = this;
    if (this.#hasMoved) {
      // The service selects the bytes by the protocol of the client.
      if (protocol === undefined) return;
      return connection.send({
        type: ServiceMessageType.MultiConnectionData,
        connectionList: [connectionId],
        payloads: new Map([[protocol.name, payload]]),
      });
    }
    const message = { type: ServiceMessageType.ConnectionData, connectionId, payload } as const;
    connection.send(connection.allowsStatefulReconnects ? { ...message, ext } : message);
  }

  #forgetOutgoing(): void {
    this.#outgoing = undefined;
    this.#outgoingBytes = 0;
    this.#room.open();
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    // Each chunk may make the hub pause again.
    while (!this.#isPaused && this.#incoming.length > 0) {
      const chunk = this.#incoming.take();
      if (chunk === undefined) {
        this.#endsWithReconnect &&= this.#incoming.length > 0;
        this.onReconnected();
        continue;
      }
      this.#incomingBytes -= chunk.byteLength;
      this.receive(chunk);
    }
    if (this.#incoming.length === 0) this.#hasWaited = false;
  }
}

/** Returns the first value of a header. Names are case-insensitive. */
export function header(
  headers: ReadonlyMap<string, readonly string[]>,
  name: string,
): string | undefined {
  const lowerCaseName = name.toLowerCase();
  for (const [key, values] of headers) {
    if (key.toLowerCase() === lowerCaseName) return values[0] ?? '';
  }
  return undefined;
}
