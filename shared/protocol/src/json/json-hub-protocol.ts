import { type HubMessage, MessageType } from '../hub-message.ts';
import type { HubProtocol, MessageReader } from '../hub-protocol.ts';
import type { PayloadSerializer } from './payload-serializer.ts';
import { writeJsonValue } from './json-values.ts';
import { readJsonMessage } from './read-json-message.ts';
import { RECORD_SEPARATOR, TextRecordReader } from './text-record-reader.ts';

/** Options of {@link JsonHubProtocol}. */
export interface JsonHubProtocolOptions {
  /**
   * Default: `JSON.parse` and `JSON.stringify`. Source:
   * `JsonHubProtocolOptions.PayloadSerializerOptions`.
   */
  readonly payloadSerializer?: PayloadSerializer;
}

/**
 * The JSON hub protocol. Source: `JsonHubProtocol` of ASP.NET Core and HubProtocol.md, "JSON
 * Encoding".
 * @example
 * const json = new JsonHubProtocol();
 * json.writeMessage({ type: 1, target: 'ReceiveMessage', arguments: ['hello'] });
 */
export class JsonHubProtocol implements HubProtocol {
  readonly name = 'json';
  readonly version = 2;
  readonly transferFormat = 'Text';
  readonly #serializer: PayloadSerializer | undefined;

  constructor(options: JsonHubProtocolOptions = {}) {
    this.#serializer = options.payloadSerializer;
  }

  /**
   * Returns the message in a record without its separator, or undefined if this version does not
   * know its type.
   * @throws {ProtocolError} if it cannot be read.
   */
  parseMessage(record: string): HubMessage | undefined {
    return readJsonMessage(record, this.#serializer);
  }

  createReader(maximumMessageSize: number | undefined): MessageReader {
    return new JsonMessageReader(maximumMessageSize, this.#serializer);
  }

  writeMessage(message: HubMessage): string {
    return this.#write(message) + RECORD_SEPARATOR;
  }

  createItemWriter(invocationId: string): (item: unknown) => string {
    const start = `{"type":2,"invocationId":${this.#text(invocationId)},"item":`;
    const end = `}${RECORD_SEPARATOR}`;
    if (this.#serializer !== undefined) return (item) => start + this.#value(item) + end;
    // A finite number is written as JSON.stringify would, for a third of its cost.
    return (item) => start + (Number.isFinite(item) ? String(item) : this.#value(item)) + end;
  }

  #write(message: HubMessage): string {
    switch (message.type) {
      case MessageType.Invocation:
      case MessageType.StreamInvocation: {
        const id =
          message.invocationId === undefined
            ? ''
            : `"invocationId":${JSON.stringify(message.invocationId)},`;
        const streams = message.streamIds?.length
          ? `,"streamIds":${JSON.stringify(message.streamIds)}`
          : '';
        const values = message.arguments.map((value) => this.#value(value)).join(',');
        return `{"type":${message.type},${id}"target":${this.#text(message.target)},"arguments":[${values}]${streams}}`;
      }
      case MessageType.StreamItem:
        return `{"type":2,"invocationId":${this.#text(message.invocationId)},"item":${this.#value(message.item)}}`;
      case MessageType.Completion: {
        const id = this.#text(message.invocationId);
        if (message.error !== undefined)
          return `{"type":3,"invocationId":${id},"error":${this.#text(message.error)}}`;
        if (message.hasResult)
          return `{"type":3,"invocationId":${id},"result":${this.#value(message.result)}}`;
        return `{"type":3,"invocationId":${id}}`;
      }
      case MessageType.CancelInvocation:
        return `{"type":5,"invocationId":${this.#text(message.invocationId)}}`;
      case MessageType.Ping:
        return '{"type":6}';
      case MessageType.Close: {
        const error = message.error === undefined ? '' : `,"error":${this.#text(message.error)}`;
        return `{"type":7${error}${message.allowReconnect === true ? ',"allowReconnect":true' : ''}}`;
      }
      case MessageType.Ack:
      case MessageType.Sequence:
        return `{"type":${message.type},"sequenceId":${message.sequenceId}}`;
    }
  }

  /**
   * Returns the JSON text of a string that does not come from a user, for example a method name.
   */
  #text(text: string): string {
    return this.#serializer?.stringifyText?.(text) ?? writeJsonValue(text);
  }

  #value(value: unknown): string {
    return this.#serializer === undefined
      ? writeJsonValue(value)
      : this.#serializer.stringify(value);
  }
}

class JsonMessageReader implements MessageReader {
  readonly #records: TextRecordReader;
  readonly #serializer: PayloadSerializer | undefined;

  constructor(maximumMessageSize: number | undefined, serializer: PayloadSerializer | undefined) {
    this.#records = new TextRecordReader(maximumMessageSize);
    this.#serializer = serializer;
  }

  read(
    chunk: string | Uint8Array,
    onMessage: (message: HubMessage, size: number) => unknown,
    maximum?: number,
  ): string | undefined {
    return this.#records.read(
      chunk,
      (record) => {
        const message = readJsonMessage(record, this.#serializer);
        return message === undefined || onMessage(message, record.length);
      },
      maximum,
    );
  }
}
