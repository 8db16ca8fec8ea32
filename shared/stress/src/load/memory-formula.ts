/**
 * The memory of a server process in bytes, after a garbage collection: the heap of JavaScript and
 * the memory that it refers to. The documentation shows these numbers, and a test measures them.
 */
export const memoryFormula = {
  /** An idle connection, by its transport. */
  connection: { WebSockets: 10_000, ServerSentEvents: 15_000, LongPolling: 15_000 },
  /** One membership of a connection in a group. */
  membership: 150,
  /** A group that has members. */
  group: 400,
} as const;

/** A transport of the formula. */
export type MeasuredTransport = keyof typeof memoryFormula.connection;
