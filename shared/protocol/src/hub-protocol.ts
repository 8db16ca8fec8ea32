import type { HubMessage } from './hub-message.ts';

/** Whether the messages of a protocol are text or bytes. Some transports carry only text. */
export type TransferFormat = 'Text' | 'Binary';

/** Splits received chunks into messages. It keeps at most one unfinished message. */
export interface MessageReader {
  /**
   * Reads one chunk and passes each message that it completes to `onMessage`, in order, with its
   * size: in bytes, or in UTF-16 code units for text. Messages before a malformed one are passed
   * before the error is thrown. Stops behind a message if `onMessage` returns false, or if it has
   * read `maximum` bytes or code units of the chunk. Then returns the rest of the chunk, which the
   * caller passes to `read` before the next chunk. Returns undefined if there is no rest.
   * @throws {ProtocolError} for a message that cannot be read, {MessageTooLargeError} for one over
   * the limit.
   */
  read(
    chunk: string | Uint8Array,
    onMessage: (message: HubMessage, size: number) => unknown,
    maximum?: number,
  ): string | Uint8Array | undefined | void;
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
  /** The highest supported version of the protocol. */
  readonly version: number;
  readonly transferFormat: TransferFormat;
  /**
   * Returns the encoded message with its framing: a string, or bytes if `transferFormat` is
   * `Binary`.
   */
  writeMessage(message: HubMessage): string | Uint8Array;
  /**
   * Returns a function that encodes the items of one stream, with the same result as
   * `writeMessage`. It is faster if the protocol can prepare the parts that all items share.
   */
  createItemWriter?(invocationId: string): (item: unknown) => string | Uint8Array;
  /**
   * Returns a reader for one connection. `maximumMessageSize` is in bytes and includes the framing.
   * Undefined means no limit.
   */
  createReader(maximumMessageSize: number | undefined): MessageReader;
}
