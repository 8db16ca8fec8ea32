/** A started parser, as the fuzzer uses it. */
export interface StartedParser {
  /**
   * Parses an input in chunks and returns the outcome, for example `ok` or an error code. Throws if
   * the parser has a fault: it must refuse invalid input only with documented errors.
   */
  parse(chunks: readonly Buffer[]): string | Promise<string>;
  /** Throws if earlier inputs have damaged something, for example other clients. */
  check?(): Promise<void>;
  close?(): Promise<void>;
}

/** A parser of the packages that reads data of clients, other servers or the service. */
export interface FuzzedParser {
  /** Its name in `npm run fuzz -- --parser`, and the name of its corpus. */
  readonly name: string;
  /** The data that it reads. `npm run fuzz` prints it. */
  readonly description: string;
  /** The number of inputs in the test that `npm test` runs. */
  readonly inputsInTest: number;
  /**
   * Kinds of input that could take more than linear time. Each function returns one with about
   * `size` bytes.
   */
  readonly growing: Readonly<Record<string, (size: number) => readonly Buffer[]>>;
  /** The sizes for which the time is compared: small enough for the limits of the parser. */
  readonly sizes: readonly [small: number, large: number];
  start(): StartedParser | Promise<StartedParser>;
}
