import { Encoder } from '@msgpack/msgpack';
import { BinaryMessageReader } from './binary-message-reader.ts';
import { BinaryMessageWriter } from './binary-message-writer.ts';
import { CommonMessageWriter } from './common-message-writer.ts';
import { type HubMessage, MessageType } from '../hub-message.ts';
import type { HubProtocol, MessageReader } from '../hub-protocol.ts';
import type { MessagePackPayloadSerializer } from './message-pack-payload-serializer.ts';
import { readMessagePackMessage } from './read-message-pack-message.ts';
import { ResultKind } from './result-kind.ts';

/** Options of {@link MessagePackHubProtocol}. */
export interface MessagePackHubProtocolOptions {
  /**
   * Default: `decode` and `encode` of `@msgpack/msgpack`: dates are timestamps, bytes are bin, a
   * `bigint` cannot be written, and 64-bit numbers are read as `number`. Source:
   * `MessagePackHubProtocolOptions.SerializerOptions`.
   * @example
   * import { decode, encode } from '@msgpack/msgpack';
   * const options = { useBigInt64: true, extensionCodec };
   * new MessagePackHubProtocol({
   *   payloadSerializer: {
   *     decode: (bytes) => decode(bytes, options),
   *     encode: (value) => encode(value, options),
   *   },
   * });
   */
  readonly payloadSerializer?: MessagePackPayloadSerializer;
}

/**
 * The maximum size of an encoder's buffer that is kept after a message, in bytes. A buffer only
 * grows, so a larger one is replaced.
 */
const MAXIMUM_KEPT_BUFFER = 65_536;
const NO_HEADERS = Object.freeze({});
const NO_STREAMS: readonly string[] = Object.freeze([]);

/**
 * The MessagePack hub protocol. Source: `MessagePackHubProtocol` of ASP.NET Core and
 * HubProtocol.md, "MessagePack (MsgPack) encoding".
 * @example
 * const messagePack = new MessagePackHubProtocol();
 * messagePack.writeMessage({ type: 1, target: 'ReceiveMessage', arguments: ['hello'] });
 */
export class MessagePackHubProtocol implements HubProtocol {
  readonly name = 'messagepack';
  readonly version = 2;
  readonly transferFormat = 'Binary';
  readonly #serializer: MessagePackPayloadSerializer | undefined;
  readonly #writer = new BinaryMessageWriter();
  readonly #commonWriter = new CommonMessageWriter();
  #encoder = new Encoder();

  constructor(options: MessagePackHubProtocolOptions = {}) {
    this.#serializer = options.payloadSerializer;
  }

  /**
   * Returns the message in bytes without their length prefix, or undefined if this version does not
   * know its type.
   * @throws {ProtocolError} if it cannot be read.
   */
  parseMessage(message: Uint8Array): HubMessage | undefined {
    return readMessagePackMessage(message, this.#serializer);
  }

  createReader(maximumMessageSize: number | undefined): MessageReader {
    const messages = new BinaryMessageReader(maximumMessageSize);
    const serializer = this.#serializer;
    return {
      read(chunk, onMessage, maximum) {
        return messages.read(
          chunk,
          (bytes) => {
            const message = readMessagePackMessage(bytes, serializer);
            return message === undefined || onMessage(message, bytes.length);
          },
          maximum,
        );
      },
    };
  }

  writeMessage(message: HubMessage): Uint8Array {
    if (this.#serializer !== undefined)
      return this.#writer.write(this.#parts(message, this.#serializer));
    return this.#writeCommon(message) ?? this.#writeByLibrary(message);
  }

  /** Returns a message that needs no library. Undefined if it needs one. */
  #writeCommon(message: HubMessage): Uint8Array | undefined {
    switch (message.type) {
      case MessageType.Completion:
        return message.hasResult && message.error === undefined
          ? this.#commonWriter.writeResult(message.invocationId, message.result)
          : undefined;
      case MessageType.StreamItem:
        return this.#commonWriter.writeItem(message.invocationId, message.item);
      default:
        return undefined;
    }
  }

  #writeByLibrary(message: HubMessage): Uint8Array {
    // The encoder's own buffer is copied once, behind the length.
    const bytes = this.#encoder.encodeSharedRef(members(message));
    const written = this.#writer.write([bytes]);
    if (bytes.length > MAXIMUM_KEPT_BUFFER) this.#encoder = new Encoder();
    return written;
  }

  /** Returns the encoded members. The serializer encodes the values of users. */
  #parts(message: HubMessage, serializer: MessagePackPayloadSerializer): Uint8Array[] {
    const list = members(message);
    const payload = payloadIndex(message);
    const parts = [arrayHead(list.length)];
    list.forEach((member, i) => {
      if (i !== payload) parts.push(this.#encoder.encode(member));
      else if ('arguments' in message) {
        parts.push(arrayHead(message.arguments.length));
        for (const value of message.arguments) parts.push(serializer.encode(value));
      } else parts.push(serializer.encode(member));
    });
    return parts;
  }
}

function members(message: HubMessage): readonly unknown[] {
  switch (message.type) {
    case MessageType.Invocation:
    case MessageType.StreamInvocation: {
      const { type, invocationId = null, target, streamIds = NO_STREAMS } = message;
      return [type, NO_HEADERS, invocationId, target, message.arguments, streamIds];
    }
    case MessageType.StreamItem:
      return [message.type, NO_HEADERS, message.invocationId, message.item];
    case MessageType.Completion: {
      const { type, invocationId, error } = message;
      if (error !== undefined) return [type, NO_HEADERS, invocationId, ResultKind.Error, error];
      if (message.hasResult)
        return [type, NO_HEADERS, invocationId, ResultKind.NonVoid, message.result];
      return [type, NO_HEADERS, invocationId, ResultKind.Void];
    }
    case MessageType.CancelInvocation:
      return [message.type, NO_HEADERS, message.invocationId];
    case MessageType.Ping:
      return [message.type];
    case MessageType.Close:
      return [message.type, message.error, message.allowReconnect === true];
    case MessageType.Ack:
    case MessageType.Sequence:
      return [message.type, message.sequenceId];
  }
}

/** Returns the index of the member with the values of users, or -1 if the message has none. */
function payloadIndex(message: HubMessage): number {
  switch (message.type) {
    case MessageType.Invocation:
    case MessageType.StreamInvocation:
      return 4;
    case MessageType.StreamItem:
      return 3;
    case MessageType.Completion:
      return message.error === undefined && message.hasResult ? 4 : -1;
    default:
      return -1;
  }
}

/**
 * Returns the header of an array whose values are encoded one by one. Source: the MessagePack
 * specification, "array format family".
 */
function arrayHead(length: number): Uint8Array {
  if (length < 16) return Uint8Array.of(0x90 | length);
  if (length < 65_536) return Uint8Array.of(0xdc, length >> 8, length);
  return Uint8Array.of(0xdd, length >> 24, length >> 16, length >> 8, length);
}
