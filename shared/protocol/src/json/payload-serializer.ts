/**
 * Reads and writes the values of users: arguments, results and stream items. The other members of a
 * message are always JSON.
 */
export interface PayloadSerializer {
  /**
   * Parses the JSON text of one value, as `JSON.parse` does: an argument, an item of a stream or a
   * result. The text is valid JSON. If it throws for an argument, the call fails.
   */
  parse(text: string): unknown;
  /** Returns the JSON text of one value. `undefined` is written as null. */
  stringify(value: unknown): string;
  /**
   * Returns the JSON text of a string that does not come from a user: the name of a method, an
   * invocation id or an error message. Clients parse it as JSON. Default: `JSON.stringify`.
   */
  stringifyText?(text: string): string;
}
