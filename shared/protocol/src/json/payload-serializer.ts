/** Reads and writes the values of users (arguments, results, stream items); the protocol's own members stay JSON. */
export interface PayloadSerializer {
  /** Parses one whole record, as `JSON.parse` does. */
  parse(text: string): unknown;
  /** The JSON text of one value; `undefined` is written as null. */
  stringify(value: unknown): string;
}
