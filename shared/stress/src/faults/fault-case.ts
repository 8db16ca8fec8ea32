/** A fault of the network or the machine, and what must hold while it lasts and afterwards. */
export interface FaultCase {
  readonly name: string;
  /** The guarantees that apply, in one sentence. */
  readonly mustHold: string;
  /** Causes the fault and checks what must hold. Rejects if something does not. */
  readonly run: () => Promise<void>;
}

interface Closable {
  close(): unknown;
}

/** What a case has started. Everything is closed when the case ends, the last first. */
export class Resources {
  readonly #open: Closable[] = [];

  /** Closes this when the case ends. Returns it. */
  add<T extends Closable>(resource: T): T {
    this.#open.push(resource);
    return resource;
  }

  async close(): Promise<void> {
    for (const resource of this.#open.splice(0).toReversed()) await resource.close();
  }
}

/** Runs a case, and closes what it has started, even if it fails. */
export async function withResources(run: (resources: Resources) => Promise<void>): Promise<void> {
  const resources = new Resources();
  try {
    await run(resources);
  } finally {
    await resources.close();
  }
}

/** How long {@link eventually} waits, in ms. Only a failing check waits that long. */
const LIMIT = 60_000;

/** Waits until a condition is true. Rejects with its description if that takes too long. */
export async function eventually(
  what: string,
  isTrue: () => boolean | Promise<boolean>,
): Promise<void> {
  const startedAt = performance.now();
  while (!(await isTrue())) {
    if (performance.now() - startedAt > LIMIT)
      throw new Error(`Timed out after ${LIMIT / 1000} s while waiting for: ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
