import type { HubConnection } from '@microsoft/signalr';

/** Calls `Echo` without end, until told; gives what came of the calls. */
export function keepCalling(
  connection: HubConnection,
): () => Promise<{ answered: number; failed: number }> {
  let isOver = false;
  const counts = { answered: 0, failed: 0 };
  const calling = (async () => {
    while (!isOver) {
      await connection.invoke('Echo', 'x').then(
        () => counts.answered++,
        () => counts.failed++,
      );
      await new Promise((resolve) => setImmediate(resolve)); // a call that fails at once must not keep others out
    }
  })();
  return async () => {
    isOver = true;
    await calling;
    return counts;
  };
}
