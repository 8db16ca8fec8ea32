import type { ObservedRequest } from '../../wire/observe/observed-request.ts';
import { showOutcome } from './show-outcome.ts';
import type { StateKind } from '../show-state.ts';
import { markAttempt, requestsOf } from './describe-attempt.ts';

/** The methods that a connection needs. `whoAmI` returns the user that the hub sees. */
export interface Startable {
  baseUrl: string;
  start(): Promise<void>;
  invoke(method: 'WhoAmI'): Promise<string | null | undefined>;
}

const transports: Partial<Record<ObservedRequest['kind'], string>> = {
  websocket: 'WebSockets',
  'event stream': 'Server-Sent Events',
  poll: 'Long Polling',
};

/**
 * Starts a connection and shows the outcome: the transport, the user that the hub sees, the time,
 * and every request with its status and the location of its token. The lesson must answer its
 * `requestJournal` at `/requests`.
 * @returns the state and one line for `showState`; it never rejects.
 * @example
 * const result = document.querySelector('#result')!;
 * showState(...(await startAndShowResult(connection, result)));
 */
export async function startAndShowResult(
  connection: Startable,
  place: Element,
): Promise<[StateKind, string]> {
  const attempt = markAttempt(connection);
  const began = performance.now();
  try {
    await connection.start();
    const took = `${Math.round(performance.now() - began)} ms`;
    const user = (await connection.invoke('WhoAmI')) ?? 'nobody';
    const requests = await requestsOf(attempt);
    const used =
      requests.findLast(({ kind, status = 200 }) => kind in transports && status < 300)?.kind ??
      'websocket';
    const transport = transports[used] ?? used;
    const refused = requests.some(({ status }) => status === 401);
    const text = refused ? `looks healthy: ${transport}` : transport;
    const kind = refused || user === 'nobody' ? 'warn' : 'good';
    showOutcome(place, { kind, text, detail: `user ${user}, ${took}`, requests });
    return [kind, `Connected · ${transport} · ${user}`];
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    showOutcome(place, {
      kind: 'bad',
      text: 'start() rejects',
      detail,
      requests: await requestsOf(attempt).catch(() => []), // the server may not respond
    });
    return ['bad', 'Not connected'];
  }
}
