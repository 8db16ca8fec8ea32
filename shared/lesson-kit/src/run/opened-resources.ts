/** Something that a program must close. */
export interface Closable {
  close(): unknown;
}

/** Owns what a program opens, and closes it in the reverse order, whatever happens. */
export class OpenedResources {
  readonly #closers: (() => unknown)[] = [];

  /** Takes the ownership of a resource, and returns it. */
  add<T extends Closable>(resource: T): T {
    this.#closers.push(() => resource.close());
    return resource;
  }

  /** Calls a function at the end, for a resource that has no `close()`. */
  onClose(close: () => unknown): void {
    this.#closers.push(close);
  }

  /** Closes everything, even if some of it fails. Then rejects with the first failure. */
  async close(): Promise<void> {
    const failures: unknown[] = [];
    for (const close of this.#closers.splice(0).toReversed()) {
      try {
        await close();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }
}

/**
 * Runs a function, and closes everything that it has opened when it returns or throws.
 * @throws what the function throws, otherwise the first failure to close a resource.
 * @example
 * await withResources(async (resources) => {
 *   const redis = resources.add(await startRedisServer());
 * });
 */
export async function withResources<T>(
  run: (resources: OpenedResources) => Promise<T>,
): Promise<T> {
  const resources = new OpenedResources();
  let result: T;
  try {
    result = await run(resources);
  } catch (error) {
    // The failure of the function says more than a failure to close that it may have caused.
    await resources.close().catch(() => undefined);
    throw error;
  }
  await resources.close();
  return result;
}
