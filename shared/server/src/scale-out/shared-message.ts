import { type HubProtocol, MessageType } from '@practical-signalr/protocol';
import { SharedPayload } from '../connections/shared-payload.ts';

/**
 * An invocation of a client method that several connections receive. It is encoded once for each
 * hub protocol, when the first connection with this protocol needs it.
 */
export class SharedMessage {
  readonly #target: string;
  readonly #arguments: readonly unknown[];
  readonly #invocationId: string | undefined;
  #protocol: HubProtocol | undefined;
  #payload: SharedPayload | undefined;
  /** The payloads of further protocols. Most servers use one, which needs no map. */
  #otherPayloads: Map<HubProtocol, SharedPayload> | undefined;
  #encoded: ReadonlyMap<string, Uint8Array> | undefined;
  #parts: readonly SharedMessage[] | undefined;

  /** With an `invocationId`, the client must return a result. */
  constructor(target: string, args: readonly unknown[], invocationId?: string) {
    this.#target = target;
    this.#arguments = args;
    this.#invocationId = invocationId;
  }

  /**
   * Creates a message that another server has encoded. `encoded` has the names of the hub protocols
   * as keys. The values of text protocols are UTF-8.
   */
  static fromEncoded(encoded: ReadonlyMap<string, Uint8Array>): SharedMessage {
    const message = new SharedMessage('', []);
    message.#encoded = encoded;
    return message;
  }

  /**
   * Creates a message that consists of other messages. Clients receive them one after the other. It
   * costs less than to write each of them to each connection.
   */
  static sequence(parts: readonly SharedMessage[]): SharedMessage {
    const message = new SharedMessage('', []);
    message.#parts = parts;
    return message;
  }

  /**
   * Returns the message in one hub protocol. Returns undefined if another server encoded the
   * message without this protocol. Throws the errors of the payload serializer.
   */
  encoded(protocol: HubProtocol): SharedPayload | undefined {
    if (this.#protocol === protocol && this.#payload !== undefined) return this.#payload;
    const otherPayload = this.#otherPayloads?.get(protocol);
    if (otherPayload !== undefined) return otherPayload;
    const payload = this.#createPayload(protocol);
    if (payload === undefined) return undefined;
    if (this.#protocol === undefined) {
      this.#protocol = protocol;
      this.#payload = payload;
    } else {
      this.#otherPayloads ??= new Map();
      this.#otherPayloads.set(protocol, payload);
    }
    return payload;
  }

  #createPayload(protocol: HubProtocol): SharedPayload | undefined {
    if (this.#parts !== undefined) return joinParts(this.#parts, protocol);
    const encoded =
      this.#encoded === undefined ? this.#encode(protocol) : readEncoded(protocol, this.#encoded);
    return encoded === undefined ? undefined : new SharedPayload(encoded);
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

function readEncoded(
  protocol: HubProtocol,
  encoded: ReadonlyMap<string, Uint8Array>,
): string | Uint8Array | undefined {
  const bytes = encoded.get(protocol.name);
  if (bytes === undefined || protocol.transferFormat === 'Binary') return bytes;
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}

/** Returns undefined if a message is not encoded for the protocol. */
function joinParts(
  messages: readonly SharedMessage[],
  protocol: HubProtocol,
): SharedPayload | undefined {
  const parts: SharedPayload[] = [];
  for (const message of messages) {
    const part = message.encoded(protocol);
    if (part === undefined) return undefined;
    parts.push(part);
  }
  const payloads = parts.map(({ payload }) => payload);
  const areStrings = payloads.every((payload) => typeof payload === 'string');
  const joined = areStrings ? payloads.join('') : Buffer.concat(payloads.map(toBytes));
  return new SharedPayload(joined, parts);
}

const toBytes = (payload: string | Uint8Array): Uint8Array =>
  typeof payload === 'string' ? Buffer.from(payload) : payload;
