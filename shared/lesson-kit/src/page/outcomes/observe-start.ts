import { observeRequests } from '../../wire/observe/observe-requests.ts';
import type { ObservedRequest } from '../../wire/observe/observed-request.ts';
import { type AttemptedConnection, markAttempt, requestsOf } from './describe-attempt.ts';
import { showRequests } from './show-requests.ts';

const ACCEPTED =
  'The server accepted the connection. It was expected to refuse it. Read the code of the server again.';

const TRANSPORTS: Partial<Record<ObservedRequest['kind'], string>> = {
  websocket: 'WebSockets',
  'event stream': 'Server-Sent Events',
  poll: 'Long Polling',
};

/** The requests of a start, and the error with which it failed. */
interface ObservedStart {
  readonly requests: readonly ObservedRequest[];
  readonly failure?: unknown;
}

/**
 * Starts a connection and shows its requests in a list, one by one.
 * @throws the error of `fetch` if the server does not respond.
 */
async function observe(
  connection: AttemptedConnection,
  list: HTMLOListElement,
): Promise<ObservedStart> {
  await connection.stop();
  const attempt = markAttempt(connection);
  let requests: ObservedRequest[] = [];
  const show = async (): Promise<void> => {
    requests = untilConnected(await requestsOf(attempt));
    showRequests(list, requests);
  };
  showRequests(list, []);
  const stopObserving = observeRequests((request) => {
    // A list that is a moment old is corrected after the start.
    if (request.attempt === attempt) show().catch(() => undefined);
  });
  const started = await connection.start().then(
    () => ({}),
    (failure: unknown) => ({ failure }),
  );
  stopObserving();
  await show();
  return { requests, ...started };
}

/**
 * Starts a connection and shows its requests in a list, one by one, with the status and the
 * location of the token. The statuses are the server's: a browser hides the status of a refused
 * WebSocket from the page.
 * @param list the `<ol>` for the requests.
 * @returns the transport, for example `WebSockets`.
 * @throws whatever `start()` rejects with, or the error of `fetch` if the server does not respond.
 * @example walk.onAction('fixed', (requests) => observeStart(connection, requests));
 */
export async function observeStart(
  connection: AttemptedConnection,
  list: HTMLOListElement,
): Promise<string> {
  const { requests, failure } = await observe(connection, list);
  if (failure !== undefined) throw failure;
  return TRANSPORTS[requests.at(-1)?.kind ?? 'websocket'] ?? 'WebSockets';
}

/**
 * Returns the requests up to the first one of a transport that succeeds: with it, the client is
 * connected.
 */
function untilConnected(requests: readonly ObservedRequest[]): ObservedRequest[] {
  const last = requests.findIndex(({ kind, status = 400 }) => kind in TRANSPORTS && status < 300);
  return last === -1 ? [...requests] : requests.slice(0, last + 1);
}

/**
 * Starts a connection like {@link observeStart}, and stops it again.
 * @example walk.onAction('automatic', (requests) => observeAttempt(connection, requests));
 */
export async function observeAttempt(
  connection: AttemptedConnection,
  list: HTMLOListElement,
): Promise<string> {
  try {
    return await observeStart(connection, list);
  } finally {
    await connection.stop();
  }
}

/**
 * Starts a connection that the server must refuse with 401 or 403, and shows its requests in a
 * list.
 * @throws Error if the server accepts the connection. If the connection fails for another reason,
 * for example because the server does not respond, the error of that failure.
 * @example walk.onAction('broken', (requests) => observeRefusal(connection, requests));
 */
export async function observeRefusal(
  connection: AttemptedConnection,
  list: HTMLOListElement,
): Promise<void> {
  const { requests, failure } = await observe(connection, list).finally(() => connection.stop());
  if (failure === undefined) throw new Error(ACCEPTED);
  if (!requests.some(({ status }) => status === 401 || status === 403)) throw failure;
}
