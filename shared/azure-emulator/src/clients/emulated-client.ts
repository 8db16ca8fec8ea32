import type {
  MessageOf,
  ServiceMessage,
  ServiceMessageType,
} from '@practical-signalr/azure/service-protocol';
import type { SharedPayload, Transport } from '@practical-signalr/server/transports';
import { type PayloadByProtocol, transportPayload } from './payload-by-protocol.ts';

/** The identity of a client, from its token and its request. */
export interface ClientIdentity {
  readonly connectionId: string;
  readonly userId: string | undefined;
  readonly protocol: string;
  /** The message that announces the client to its server, and to the next one if it moves. */
  readonly openConnection: MessageOf<typeof ServiceMessageType.OpenConnection>;
  /** The client's handshake request, for the next server if it moves. */
  readonly handshake: Uint8Array;
  /**
   * When the service closes the client because its authentication expires, in ms since the epoch.
   */
  readonly expiresAt: number | undefined;
}

/** What a client needs from the server connection that serves it. */
export interface ClientServer {
  readonly serverId: string;
  readonly isOpen: boolean;
  /** True while the server has too much to read. Its clients are then paused with `hold()`. */
  readonly isFull: boolean;
  readonly clients: Set<EmulatedClient>;
  send(message: ServiceMessage): void;
  hold(client: EmulatedClient): void;
  forget(client: EmulatedClient): void;
}

/** The maximum number of multicast messages that wait for the handshake response. */
const MAXIMUM_QUEUED = 1000;
/** The maximum size of a message that arrives in parts, in bytes. */
const MAXIMUM_PARTIAL = 16 * 1024 * 1024;

/** A client of the service. In default mode, one server connection serves it. */
export class EmulatedClient {
  readonly identity: ClientIdentity;
  readonly groups = new Set<string>();
  /** The ids of the invocations that the client has not answered yet. */
  readonly invocationIds = new Set<string>();
  readonly transport: Transport;
  readonly connectedAt = Date.now();
  /** The connection of the server that serves the client. Undefined in serverless mode. */
  server: ClientServer | undefined;
  /** Called in serverless mode when the client sends data. */
  onReceive: ((chunk: string | Uint8Array) => void) | undefined;
  /** Called in serverless mode when the client disconnects. */
  onDisconnected: ((error: string) => void) | undefined;
  /** Called in serverless mode every second, with the time of the service's clock. */
  onHeartbeat: ((runningTime: number) => void) | undefined;
  /** The number of messages from the client. */
  received = 0;
  /** The number of messages to the client. */
  sent = 0;
  /** Messages that wait for the handshake response. Undefined after it was sent. */
  #queue: SharedPayload[] | undefined = [];
  #parts: Uint8Array[] = [];
  #partBytes = 0;

  constructor(identity: ClientIdentity, transport: Transport) {
    this.identity = identity;
    this.transport = transport;
  }

  get connectionId(): string {
    return this.identity.connectionId;
  }

  get userId(): string | undefined {
    return this.identity.userId;
  }

  get protocol(): string {
    return this.identity.protocol;
  }

  /** True after the handshake response was sent. */
  get handshakeDone(): boolean {
    return this.#queue === undefined;
  }

  /**
   * Sends data of the client's server. The first is the handshake response. With `isPartial`, the
   * rest of the message follows.
   */
  sendFromServer(payload: string | Uint8Array, isPartial = false): void {
    const message = this.#join(payload, isPartial);
    if (message === undefined) return;
    this.sent++;
    this.transport.send(transportPayload(this.protocol, message));
    const queue = this.#queue;
    if (queue === undefined) return;
    this.#queue = undefined;
    for (const queued of queue) this.transport.sendShared(queued);
  }

  /** Discards the parts of a message that the client's server did not finish. */
  discardParts(): void {
    this.#parts = [];
    this.#partBytes = 0;
  }

  /**
   * Sends a message for several clients, after the handshake response. Returns false if it is not
   * encoded in the client's protocol.
   */
  sendMulticast(message: PayloadByProtocol): boolean {
    const payload = message.get(this.protocol);
    if (payload === undefined) return false;
    this.sent++;
    if (this.#queue === undefined) this.transport.sendShared(payload);
    else if (this.#queue.length < MAXIMUM_QUEUED) this.#queue.push(payload);
    return true;
  }

  /** Joins the parts of a message before it is sent, because a part may end within a character. */
  #join(payload: string | Uint8Array, isPartial: boolean): string | Uint8Array | undefined {
    if (!isPartial && this.#parts.length === 0) return payload;
    const part = typeof payload === 'string' ? Buffer.from(payload) : payload;
    this.#parts.push(part);
    this.#partBytes += part.byteLength;
    const isTooLong = this.#partBytes > MAXIMUM_PARTIAL;
    if (isPartial && !isTooLong) return undefined;
    const message = isTooLong ? undefined : Buffer.concat(this.#parts);
    this.discardParts();
    if (isTooLong) this.transport.abort();
    return message;
  }
}
