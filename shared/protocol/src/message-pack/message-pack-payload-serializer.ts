/**
 * Reads and writes the values of users (arguments, results, stream items); the protocol's own
 * members stay plain MessagePack.
 */
export interface MessagePackPayloadSerializer {
  /**
   * Decodes one whole message, as `decode` of `@msgpack/msgpack` does. Its structure is checked
   * already: depth and lengths.
   */
  decode(bytes: Uint8Array): unknown;
  /** The MessagePack bytes of one value; `undefined` is written as nil. */
  encode(value: unknown): Uint8Array;
}
