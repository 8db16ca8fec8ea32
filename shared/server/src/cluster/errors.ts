import { createError } from '@practical-signalr/protocol';

/** The errors of `runWorkers`. */
export const clusterErrors = {
  workerNotStarted: (reason: string) =>
    createError(
      'ERR_SIGNALR_WORKER_NOT_STARTED',
      `A worker ended with ${reason} before it accepted connections. Read its output above.`,
    ),
  workerSilent: (workers: string, timeout: number) =>
    createError(
      'ERR_SIGNALR_WORKER_SILENT',
      `It is not known which worker holds the connection, because worker ${workers} has not replied for ${timeout} ms. Its event loop may be blocked: look for long synchronous code in the application. Then try again.`,
    ),
} as const;
