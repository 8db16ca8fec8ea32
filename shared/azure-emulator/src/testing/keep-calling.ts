import type { HubConnection } from '@microsoft/signalr';

/**
 * Calls `Echo` repeatedly until the returned function is called, which returns the number of
 * results.
 */
export function keepCalling(
  connection: HubConnection,
): () => Promise<{ answered: number; failed: number }> {
  let isStopped = false;
  const counts = { answered: 0, failed: 0 };
  const calling = (async () => {
    while (!isStopped) {
      await connection.invoke('Echo', 'x').then(
        () => counts.answered++,
        () => counts.failed++,
      );
      await new Promise((resolve) => setImmediate(resolve)); // Calls that fail immediately must not block the event loop.
    }
  })();
  return async () => {
    isStopped = true;
    await calling;
    return counts;
  };
}
