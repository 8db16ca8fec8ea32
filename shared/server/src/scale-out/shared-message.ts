import { type HubProtocol, MessageType } from '@practical-signalr/protocol';
import { SharedPayload } from '../connections/shared-payload.ts';

/** A call to clients, encoded once for each protocol in use, on first need. */
export class SharedMessage {
  readonly #target: string;
  readonly #arguments: readonly unknown[];
  readonly #invocationId: string | undefined;
  #protocol: HubProtocol | undefined;
  #payload: SharedPayload | undefined;
  #others: Map<HubProtocol, SharedPayload> | undefined;
  #ready: ReadonlyMap<string, Uint8Array> | undefined;

  /** With an `invocationId` the client is asked for a result. */
  constructor(target: string, args: readonly unknown[], invocationId?: string) {
    this.#target = target;
    this.#arguments = args;
    this.#invocationId = invocationId;
  }

  /** A message that another server has encoded, by the names of the protocols. Text protocols carry UTF-8. */
  static fromEncoded(encoded: ReadonlyMap<string, Uint8Array>): SharedMessage {
    const message = new SharedMessage('', []);
    message.#ready = encoded;
    return message;
  }

  /**
   * The message in one protocol. Throws what the payload serializer throws; undefined where the other server that
   * encoded it did not have the protocol.
   */
  encoded(protocol: HubProtocol): SharedPayload | undefined {
    if (this.#protocol === protocol && this.#payload !== undefined) return this.#payload;
    const known = this.#others?.get(protocol);
    if (known !== undefined) return known;
    const encoded =
      this.#ready === undefined ? this.#encode(protocol) : readyFor(protocol, this.#ready);
    if (encoded === undefined) return undefined;
    const payload = new SharedPayload(encoded);
    if (this.#protocol === undefined) {
      this.#protocol = protocol;
      this.#payload = payload;
    } else {
      this.#others ??= new Map();
      this.#others.set(protocol, payload);
    }
    return payload;
  }

  #encode(protocol: HubProtocol): string | Uint8Array {
    return protocol.writeMessage({
      type: MessageType.Invocation,
      invocationId: this.#invocationId,
      target: this.#target,
      arguments: this.#arguments,
    });
  }
}

function readyFor(
  protocol: HubProtocol,
  encoded: ReadonlyMap<string, Uint8Array>,
): string | Uint8Array | undefined {
  const bytes = encoded.get(protocol.name);
  if (bytes === undefined || protocol.transferFormat === 'Binary') return bytes;
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}
