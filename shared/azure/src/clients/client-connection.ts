import {
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
import { errorTexts } from '../error-texts.ts';
import { type MessageOf, ServiceMessageType } from '../service-protocol/index.ts';
import { openedClient } from '../negotiation/client-claims.ts';

/** Bytes that a client's calls may wait in, while the hub does not take more. */
const MAXIMUM_HELD = 1024 * 1024;
/** Bytes for a client that may wait while the service has paused it, before senders wait and before the client is given up. */
const HIGH_WATER_MARK = 64 * 1024;
const MAXIMUM_PAUSED = 16 * 1024 * 1024;

/** What data is, for a service that numbers what counts; the numbers are the wire's. Source: `DataMessageType`. */
const DataType = {
  Handshake: { dataType: 1 },
  Invocation: { dataType: 2 },
  Other: { dataType: 3 },
} as const;
type DataExtension = (typeof DataType)[keyof typeof DataType];

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
  readonly #warn: (text: string) => void;
  #events: TransportEvents | undefined;
  /** A client that comes from another server has had its handshake answer there. */
  readonly #isMigrated: boolean;
  #isShaken = false;
  #ended = false;
  #moved = false;
  #paused = false;
  /** Undefined: the client is back on a new socket. */
  #held: (Uint8Array | undefined)[] = [];
  #heldBytes = 0;
  /** What waits for the service to take it again; undefined while it takes all. */
  #outgoing: { readonly payload: string | Uint8Array; readonly ext: DataExtension }[] | undefined;
  #outgoingBytes = 0;
  readonly #room = new Gate();

  constructor(
    connection: ServiceConnection,
    message: MessageOf<typeof ServiceMessageType.OpenConnection>,
    protocol: HubProtocol | undefined,
    onEnded: () => void,
    warn: (text: string) => void,
  ) {
    this.connection = connection;
    this.connectionId = message.connectionId ?? '';
    this.instanceId = header(message.headers, 'Asrs-Instance-Id');
    this.#isMigrated = header(message.headers, 'Asrs-Migrate-From') !== undefined;
    this.user = openedClient(message.claims);
    this.protocol = protocol;
    this.#onEnded = onEnded;
    this.#warn = warn;
  }

  listen(events: TransportEvents): void {
    this.#events = events;
  }

  /** Another server has the client now. What runs here is finished; its answers go out by the client's id, as the service knows it there. */
  moved(): void {
    if (this.#ended || this.#moved) return;
    this.#moved = true;
    this.#held = [];
    this.resumeOutgoing();
    const events = this.#events;
    if (events?.onMoved === undefined) return this.end();
    callChain.run(this.connection, () => events.onMoved?.());
  }

  /** Bytes of the client. What it causes is sent on the same server connection. */
  receive(payload: Uint8Array): void {
    if (this.#ended || this.#moved) return;
    if (!this.#paused)
      return callChain.run(this.connection, () => this.#events?.onReceive(payload));
    this.#held.push(payload);
    this.#heldBytes += payload.byteLength;
    if (this.#heldBytes <= MAXIMUM_HELD) return;
    this.#warn(errorTexts.clientTooFast(this.connectionId));
    this.closeWithReconnect();
  }

  /** The client is back on a new socket: what the old one has begun to bring comes again from its start. */
  reconnected(): void {
    if (this.#ended) return;
    if (!this.#paused) this.#events?.onReconnected?.();
    else if (this.#held.length === 0 || this.#held.at(-1) !== undefined) this.#held.push(undefined);
  }

  send(payload: string | Uint8Array): void {
    if (this.#isShaken) return this.#sendAs(DataType.Invocation, payload);
    this.#isShaken = true;
    if (!this.#isMigrated) this.#sendAs(DataType.Handshake, payload);
  }

  sendUncounted(payload: string | Uint8Array): void {
    if (!this.#moved) this.#sendAs(DataType.Other, payload);
  }

  sendShared({ payload }: SharedPayload): void {
    this.send(payload);
  }

  whenRoom(): Promise<void> | undefined {
    if (this.#outgoingBytes <= HIGH_WATER_MARK) return this.connection.whenRoom();
    return this.#room.wait();
  }

  /** The service takes nothing more for the client for now, and is told that nothing more comes. */
  pauseOutgoing(): void {
    if (this.#ended || this.#outgoing !== undefined) return;
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
    const waiting = this.#outgoing ?? [];
    this.#forgetOutgoing();
    for (const { payload, ext } of waiting) this.#write(payload, ext);
  }

  /** Tells the service to close the client, and ends. */
  close(): void {
    if (this.#ended) return;
    if (this.#moved) return this.end();
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

  /** The same, with a close message that makes clients with automatic reconnect come back. */
  closeWithReconnect(): void {
    const close = this.protocol?.writeMessage({
      type: MessageType.Close,
      allowReconnect: true,
    });
    if (close !== undefined) this.sendUncounted(close);
    this.close();
  }

  /** The client is gone or has moved: nothing is sent to it any more. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#held = [];
    this.#forgetOutgoing();
    this.#onEnded();
    const events = this.#events;
    if (events !== undefined)
      callChain.run(this.connection, () => queueMicrotask(() => events.onClose()));
  }

  #sendAs(ext: DataExtension, payload: string | Uint8Array): void {
    if (this.#ended) return;
    if (this.#outgoing === undefined) return this.#write(payload, ext);
    this.#outgoing.push({ payload, ext });
    this.#outgoingBytes += payload.length;
    if (this.#outgoingBytes <= MAXIMUM_PAUSED) return;
    this.#warn(errorTexts.clientTooSlow(this.connectionId));
    this.#outgoing = undefined;
    this.close();
  }

  #write(payload: string | Uint8Array, ext: DataExtension): void {
    const { connection, connectionId, protocol } = this;
    if (this.#moved) {
      const payloads = new Map(protocol === undefined ? [] : [[protocol.name, payload]]);
      const connectionList = [connectionId];
      return connection.send({
        type: ServiceMessageType.MultiConnectionData,
        connectionList,
        payloads,
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
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    // A piece may make the hub pause again.
    while (!this.#paused && this.#held.length > 0) {
      const piece = this.#held.shift();
      if (piece === undefined) {
        this.reconnected();
        continue;
      }
      this.#heldBytes -= piece.byteLength;
      this.receive(piece);
    }
  }
}

export function header(
  headers: ReadonlyMap<string, readonly string[]>,
  name: string,
): string | undefined {
  const wanted = name.toLowerCase();
  for (const [found, values] of headers) if (found.toLowerCase() === wanted) return values[0] ?? '';
  return undefined;
}
