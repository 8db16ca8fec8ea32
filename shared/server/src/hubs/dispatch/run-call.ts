import type { CallingConnection, Invocation } from '../calling-connection.ts';
import type { HubDispatcher } from './hub-dispatcher.ts';

/** Runs one call, and reports its duration if someone observes the server. */
export function runCall(
  dispatcher: HubDispatcher,
  connection: CallingConnection,
  call: Invocation,
): Promise<void> | undefined {
  const observer = dispatcher.options.activity?.observer;
  if (observer === undefined) return dispatcher.invoke(connection, call);
  const startedAt = performance.now();
  const running = dispatcher.invoke(connection, call);
  if (running !== undefined)
    return running.then(() => observer.onCall(dispatcher.hubName, startedAt));
  observer.onCall(dispatcher.hubName, startedAt);
  return undefined;
}
