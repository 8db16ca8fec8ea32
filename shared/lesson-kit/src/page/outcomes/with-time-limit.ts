/**
 * Returns the result of `work`. Rejects if it takes longer than a limit, so that a button of a lab
 * does not wait for ever.
 * @param limit the limit in ms.
 * @param problem the message of the error: what has not happened, and what to do.
 * @example await withTimeLimit(received, 10_000, 'No message has arrived for 10 s. Start Redis.');
 */
export async function withTimeLimit<T>(
  work: Promise<T>,
  limit: number,
  problem: string,
): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(problem)), limit);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
