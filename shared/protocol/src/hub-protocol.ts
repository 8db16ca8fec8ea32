import type { HubMessage } from './hub-message.ts';

/** Whether the messages of a protocol are text or bytes. Some transports carry only text. */
export type TransferFormat = 'Text' | 'Binary';

/** Splits received chunks into messages. It keeps at most one unfinished message. */
export interface MessageReader {
  /**
   * Reads one chunk and passes each message that it completes to `onMessage`, in order. Messages
   * before a malformed one are passed before the error is thrown.
   * @throws {ProtocolError} for a message that cannot be read, {MessageTooLargeError} for one over
   * the limit.
   */
  read(chunk: string | Uint8Array, onMessage: (message: HubMessage) => void): void;
}

/**
 * One encoding of hub messages. Source: `IHubProtocol` of ASP.NET Core.
 * @example
 * const json = new JsonHubProtocol();
 * json.writeMessage({ type: MessageType.Ping }); // '{"type":6}\u001e'
 */
export interface HubProtocol {
  /** The name in the handshake, for example `json`. */
  readonly name: string;
  /** The highest version of the protocol that can be spoken. */
  readonly version: number;
  readonly transferFormat: TransferFormat;
  /** The encoded message with its framing: text, or bytes where `transferFormat` is Binary. */
  writeMessage(message: HubMessage): string | Uint8Array;
  /**
   * Writes the items of one stream as `writeMessage` would; faster where a protocol can prepare
   * what is the same in all.
   */
  createItemWriter?(invocationId: string): (item: unknown) => string | Uint8Array;
  /**
   * A reader for one connection. `maximumMessageSize` is in bytes, framing included; undefined
   * means no limit.
   */
  createReader(maximumMessageSize: number | undefined): MessageReader;
}
