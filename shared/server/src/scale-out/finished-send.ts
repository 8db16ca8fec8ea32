/** The promise of a send that had room in all buffers at once. It saves a promise for each send. */
export const finishedSend: Promise<void> = Promise.resolve();
