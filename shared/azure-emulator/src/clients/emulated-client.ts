import type {
  MessageOf,
  ServiceMessage,
  ServiceMessageType,
} from '@practical-signalr/azure/service-protocol';
import type { SharedPayload, Transport } from '@practical-signalr/server/transports';
import { type PayloadByProtocol, transportPayload } from './payload-by-protocol.ts';

/** Who a client is, from its token and its request. */
export interface ClientIdentity {
  readonly connectionId: string;
  readonly userId: string | undefined;
  readonly protocol: string;
  /** How it is introduced to its server, and to another one when it moves. */
  readonly introduction: MessageOf<typeof ServiceMessageType.OpenConnection>;
  /** Its first record, for the next server when it moves. */
  readonly handshake: Uint8Array;
  /** When it is to be closed since its user's authentication ends then, ms since the epoch. */
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

/** Messages for all that may wait until the client has its handshake answer. */
const MAXIMUM_HELD = 1000;
/** Bytes of one message that comes in parts. */
const MAXIMUM_PARTIAL = 16 * 1024 * 1024;

/** A client of the service; in default mode bound to one server connection. */
export class EmulatedClient {
  readonly identity: ClientIdentity;
  readonly groups = new Set<string>();
  /** The ids of the invocations that the client has not answered yet. */
  readonly invocationIds = new Set<string>();
  readonly transport: Transport;
  readonly connectedAt = Date.now();
  /** Undefined in serverless mode. */
  server: ClientServer | undefined;
  /** What goes on with its data where no server has it. */
  onReceive: ((piece: string | Uint8Array) => void) | undefined;
  /** Told of its end, where no server is. */
  onLeft: ((error: string) => void) | undefined;
  /** Called every second, where no server is. */
  onBeat: ((now: number) => void) | undefined;
  /** Messages that it has sent and got. */
  received = 0;
  sent = 0;
  #held: SharedPayload[] | undefined = [];
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

  /** Whether it has its handshake answer. */
  get handshakeDone(): boolean {
    return this.#held === undefined;
  }

  /** Sends what its own server has written for it; the first is the handshake answer. `isPartial`: the rest follows. */
  sendOwn(payload: string | Uint8Array, isPartial = false): void {
    const whole = this.#joined(payload, isPartial);
    if (whole === undefined) return;
    this.sent++;
    this.transport.send(transportPayload(this.protocol, whole));
    const held = this.#held;
    if (held === undefined) return;
    this.#held = undefined;
    for (const waiting of held) this.transport.sendShared(waiting);
  }

  /** Sends what others get too; not before the handshake answer. False where it is not in the client's protocol. */
  sendMulticast(message: PayloadByProtocol): boolean {
    const payload = message.in(this.protocol);
    if (payload === undefined) return false;
    this.sent++;
    if (this.#held === undefined) this.transport.sendShared(payload);
    else if (this.#held.length < MAXIMUM_HELD) this.#held.push(payload);
    return true;
  }

  /** A text may be cut within a character, so parts are put together before they are sent. */
  #joined(payload: string | Uint8Array, isPartial: boolean): string | Uint8Array | undefined {
    if (!isPartial && this.#parts.length === 0) return payload;
    const part = typeof payload === 'string' ? Buffer.from(payload) : payload;
    this.#parts.push(part);
    this.#partBytes += part.byteLength;
    if (this.#partBytes > MAXIMUM_PARTIAL) this.transport.abort();
    else if (isPartial) return undefined;
    const whole = this.#partBytes > MAXIMUM_PARTIAL ? undefined : Buffer.concat(this.#parts);
    this.#parts = [];
    this.#partBytes = 0;
    return whole;
  }
}
