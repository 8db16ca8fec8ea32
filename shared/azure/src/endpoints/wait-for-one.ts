/** Marks an endpoint that does not have the client. */
const clientNotFound = new Error();

/**
 * Waits until one endpoint has found the client, since only one of them holds it. Resolves even if
 * all endpoints report that they do not know the client. Rejects if none found it and one failed.
 */
export async function waitForOne(results: readonly Promise<boolean>[]): Promise<void> {
  try {
    await Promise.any(
      results.map(async (result) => {
        if (!(await result)) throw clientNotFound;
      }),
    );
  } catch (error) {
    const failure: unknown = (error as AggregateError).errors.find((one) => one !== clientNotFound);
    if (failure !== undefined) throw failure;
  }
}
