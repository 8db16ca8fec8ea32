/**
 * Reads and writes the values of users: arguments, results and stream items. The other members of a
 * message are always plain MessagePack.
 */
export interface MessagePackPayloadSerializer {
  /**
   * Decodes one whole message, as `decode` of `@msgpack/msgpack` does. The depth and the lengths of
   * its values have been checked already.
   */
  decode(bytes: Uint8Array): unknown;
  /** Returns the MessagePack bytes of one value. `undefined` is written as nil. */
  encode(value: unknown): Uint8Array;
}
