import { breakConnections, useConnection } from '@practical-signalr/lesson-kit/client';

/** Breaks a connection as a lost network does, and returns its state. */
export function breakConnection(): Promise<string> {
  return useConnection('/course', async ({ connection }) => {
    const closed = new Promise<Error | undefined>((resolve) => connection.onclose(resolve));
    await breakConnections('/course');
    const error = await closed;
    return `The connection is ${connection.state} and stays so. ${error?.message ?? ''}`;
  });
}

/** Breaks a connection that reconnects automatically. */
export function breakReconnectingConnection(): Promise<string> {
  return useConnection(
    '/course',
    async ({ connection }) => {
      const reconnected = new Promise((resolve) => connection.onreconnected(resolve));
      const start = performance.now();
      await breakConnections('/course');
      await reconnected;
      return `Connected again after ${(performance.now() - start).toFixed()} ms, with a new connection id.`;
    },
    { configure: (builder) => builder.withAutomaticReconnect() },
  );
}
