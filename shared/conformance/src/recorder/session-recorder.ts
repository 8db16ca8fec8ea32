import type { IncomingHttpHeaders } from 'node:http';
import type { EventWriter } from './event-writer.ts';
import { RecordedConnection } from './recorded-connection.ts';

import { TokenRedactor } from './token-redactor.ts';

/** The maximum number of connections whose tokens are remembered. */
const MAXIMUM_CONNECTIONS = 10_000;

/** Finds the connection of each request, and writes what it does. */
export class SessionRecorder {
  readonly redactor = new TokenRedactor();
  readonly #writer: EventWriter;
  readonly #startedAt = performance.now();
  /** The connections by the tokens of their requests. */
  readonly #connections = new Map<string, RecordedConnection>();
  #count = 0;

  constructor(writer: EventWriter) {
    this.#writer = writer;
  }

  /** Creates the connection of a negotiation, or of a client that skips it. */
  create(): RecordedConnection {
    this.#count++;
    return new RecordedConnection(
      this.#count,
      this.#writer,
      this.redactor,
      () => performance.now() - this.#startedAt,
    );
  }

  /** Records a negotiate response, and remembers the token of the connection. */
  negotiated(path: string, query: string, status: number, body: string): void {
    const connection = this.create();
    const token = tokenOf(body);
    if (token !== undefined) {
      this.#connections.set(token, connection);
      const [oldest] = this.#connections.keys();
      if (this.#connections.size > MAXIMUM_CONNECTIONS && oldest !== undefined)
        this.#connections.delete(oldest);
    }
    connection.negotiate(path, query, status, body);
  }

  /** Returns the connection of a request with this query. Undefined if it is not known. */
  find(query: string): RecordedConnection | undefined {
    return this.#connections.get(new URLSearchParams(query).get('id') ?? '');
  }

  learn(headers: IncomingHttpHeaders, query: string): void {
    this.redactor.learnHeaders(headers);
    this.redactor.redactQuery(query);
  }
}

/** Returns the connection token of a negotiate response: in version 0, the connection id. */
function tokenOf(body: string): string | undefined {
  try {
    const { connectionToken, connectionId } = JSON.parse(body) as Readonly<Record<string, string>>;
    return connectionToken ?? connectionId;
  } catch {
    return undefined;
  }
}
