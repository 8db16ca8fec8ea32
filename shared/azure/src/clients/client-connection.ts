import type { HubProtocol, SharedPayload, Transport, TransportEvents } from '@practical-signalr/server/scale-out';
import { callChain } from '../connections/call-chain.ts';
import type { ServiceConnection } from '../connections/service-connection.ts';
import { type MessageOf, ServiceMessageType } from '../service-protocol/index.ts';
import { openedClient } from '../negotiation/client-claims.ts';

/** Bytes that a client's calls may wait in, while the hub does not take more. */
const MAXIMUM_HELD = 1024 * 1024;

const noHeaders = new Map<string, readonly string[]>();

/**
 * One client behind the service, as a transport: its bytes ride in messages of a server connection.
 * Source: `ClientConnectionContext` of azure-signalr.
 */
export class ClientConnection implements Transport {
  readonly name = 'WebSockets'; // what the client really uses only the service knows
  readonly connectionId: string;
  /** The service's instance that holds the client. */
  readonly instanceId: string | undefined;
  readonly user: ReturnType<typeof openedClient>;
  /** Undefined when this server does not speak the client's protocol, or is not told which it is. */
  readonly protocol: HubProtocol | undefined;
  readonly connection: ServiceConnection;
  readonly #onEnded: () => void;
  readonly #onTooFast: () => void;
  #events: TransportEvents | undefined;
  #swallowsHandshake: boolean;
  #ended = false;
  #paused = false;
  #held: Uint8Array[] = [];
  #heldBytes = 0;

  constructor(
    connection: ServiceConnection,
    message: MessageOf<typeof ServiceMessageType.OpenConnection>,
    protocol: HubProtocol | undefined,
    onEnded: () => void,
    onTooFast: () => void,
  ) {
    this.connection = connection;
    this.connectionId = message.connectionId ?? '';
    this.instanceId = header(message.headers, 'Asrs-Instance-Id');
    // A client that comes from another server has had its answer there.
    this.#swallowsHandshake = header(message.headers, 'Asrs-Migrate-From') !== undefined;
    this.user = openedClient(message.claims);
    this.protocol = protocol;
    this.#onEnded = onEnded;
    this.#onTooFast = onTooFast;
  }

  listen(events: TransportEvents): void {
    this.#events = events;
  }

  /** Bytes of the client. What it causes is sent on the same server connection. */
  receive(payload: Uint8Array): void {
    if (this.#ended) return;
    if (!this.#paused) return callChain.run(this.connection, () => this.#events?.onReceive(payload));
    this.#held.push(payload);
    this.#heldBytes += payload.byteLength;
    if (this.#heldBytes <= MAXIMUM_HELD) return;
    this.#onTooFast();
    this.closeWithReconnect();
  }

  send(payload: string | Uint8Array): void {
    if (this.#ended) return;
    if (this.#swallowsHandshake) {
      this.#swallowsHandshake = false;
      return;
    }
    this.connection.send({ type: ServiceMessageType.ConnectionData, connectionId: this.connectionId, payload });
  }

  sendShared({ payload }: SharedPayload): void {
    this.send(payload);
  }

  whenRoom(): Promise<void> | undefined {
    return this.connection.whenRoom();
  }

  /** Tells the service to close the client, and ends. */
  close(): void {
    if (this.#ended) return;
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

  /** The same, with a close message that makes clients with automatic reconnect come back. */
  closeWithReconnect(): void {
    const close = this.protocol?.writeMessage({ type: 7, allowReconnect: true });
    if (close !== undefined) this.send(close);
    this.close();
  }

  /** The client is gone or has moved: nothing is sent to it any more. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#held = [];
    this.#onEnded();
    const events = this.#events;
    if (events !== undefined) callChain.run(this.connection, () => queueMicrotask(() => events.onClose()));
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    // A piece may make the hub pause again.
    while (!this.#paused && this.#held.length > 0) {
      const piece = this.#held.shift() as Uint8Array;
      this.#heldBytes -= piece.byteLength;
      this.receive(piece);
    }
  }
}

export function header(headers: ReadonlyMap<string, readonly string[]>, name: string): string | undefined {
  const wanted = name.toLowerCase();
  for (const [found, values] of headers) if (found.toLowerCase() === wanted) return values[0] ?? '';
  return undefined;
}
