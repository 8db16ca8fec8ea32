import type { ObservedRequest } from '../../wire/observe/observed-request.ts';

/** The members of a connection that an attempt uses. */
export interface AttemptedConnection {
  baseUrl: string;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Starts and stops a connection. Returns the requests that the server received, and the result.
 * @example
 * const text = await describeAttempt(connection);
 * // 'negotiate 200 from instance 1, websocket 101 from instance 1, connected'
 */
export async function describeAttempt(connection: AttemptedConnection): Promise<string> {
  const attempt = markAttempt(connection);
  const outcome = await connection.start().then(
    () => 'connected',
    (error: Error) => error.message,
  );
  const requests = await requestsOf(attempt);
  await connection.stop();
  const steps = requests.map(
    ({ kind, status, servedBy }) => `${kind} ${status}${servedBy ? ` from ${servedBy}` : ''}`,
  );
  return [...steps, outcome].join(', ');
}

/** Gives a connection a mark in its address, by which the journal knows its requests. */
export function markAttempt(connection: { baseUrl: string }): string {
  const attempt = crypto.randomUUID();
  const url = new URL(connection.baseUrl, location.href);
  url.searchParams.set('attempt', attempt);
  connection.baseUrl = url.href;
  return attempt;
}

/**
 * Returns the requests of an attempt, as the server saw them: a browser hides the status of a
 * refused WebSocket.
 */
export async function requestsOf(attempt: string): Promise<ObservedRequest[]> {
  const response = await fetch(`/requests?attempt=${attempt}`);
  const requests = (await response.json()) as ObservedRequest[];
  return requests.filter(({ kind }) => kind !== 'request'); // without the requests for this list
}
