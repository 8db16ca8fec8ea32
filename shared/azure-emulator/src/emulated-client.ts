import type { MessageOf, Payloads, ServiceMessageType } from '@practical-signalr/azure/service-protocol';
import type { ServerConnection } from './server-connection.ts';

/** What carries a client's bytes. */
export interface ClientTransport {
  send(payload: string | Uint8Array): void;
  close(): void;
}

/** Who a client is, from its token and its request. */
export interface ClientIdentity {
  readonly connectionId: string;
  readonly userId: string | undefined;
  readonly protocol: string;
  /** How it is introduced to its server, and to another one when it moves. */
  readonly introduction: MessageOf<typeof ServiceMessageType.OpenConnection>;
}

const RECORD_SEPARATOR = 0x1e;
/** Messages for all that may wait until the client has its handshake answer. */
const MAXIMUM_HELD = 1000;

/** A client of the service, bound to one server connection. */
export class EmulatedClient {
  readonly connectionId: string;
  readonly userId: string | undefined;
  readonly protocol: string;
  readonly introduction: ClientIdentity['introduction'];
  readonly groups = new Set<string>();
  readonly handshake: Uint8Array;
  server: ServerConnection;
  readonly #transport: ClientTransport;
  #held: (string | Uint8Array)[] | undefined = [];

  constructor(identity: ClientIdentity, handshake: Uint8Array, server: ServerConnection, transport: ClientTransport) {
    this.connectionId = identity.connectionId;
    this.userId = identity.userId;
    this.protocol = identity.protocol;
    this.introduction = identity.introduction;
    this.handshake = handshake;
    this.server = server;
    this.#transport = transport;
  }

  /** Sends what its own server has written for it; the first is the handshake answer. */
  sendOwn(payload: string | Uint8Array): void {
    this.#transport.send(payload);
    const held = this.#held;
    if (held === undefined) return;
    this.#held = undefined;
    for (const waiting of held) this.#transport.send(waiting);
  }

  /** Sends one of the payloads, by the client's protocol; not before the handshake answer. */
  sendOneOf(payloads: Payloads): void {
    const payload = payloads.get(this.protocol);
    if (payload === undefined) return;
    if (this.#held === undefined) this.#transport.send(payload);
    else if (this.#held.length < MAXIMUM_HELD) this.#held.push(payload);
  }

  close(): void {
    this.#transport.close();
  }
}

/** The protocol that a client's first record names; undefined while the record is unfinished. */
export function handshakeProtocol(bytes: Uint8Array): string | undefined {
  const end = bytes.indexOf(RECORD_SEPARATOR);
  if (end < 0) return undefined;
  try {
    const { protocol } = JSON.parse(Buffer.from(bytes.subarray(0, end)).toString('utf8')) as { protocol?: unknown };
    return typeof protocol === 'string' ? protocol.toLowerCase() : '';
  } catch {
    return ''; // the server refuses it
  }
}
