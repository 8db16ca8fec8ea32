/** Receives what a check has counted, for example `40 sends accepted, 2 rejected`. */
export type ReportCounts = (counts: string) => void;

/** A fault of the network or the machine, and what must hold while it lasts and afterwards. */
export interface FaultCase {
  readonly name: string;
  /** The guarantees that apply, in one sentence. */
  readonly mustHold: string;
  /** Causes the fault and checks what must hold. Rejects if something does not. */
  readonly run: (report?: ReportCounts) => Promise<void>;
}

/** How long {@link eventually} waits, in ms. Only a failing check waits that long. */
const LIMIT = 60_000;
/** The time between two checks of {@link eventually}, in ms. */
const POLL_INTERVAL = 5;

/** Waits until a condition is true. Rejects with its description if that takes too long. */
export async function eventually(
  what: string,
  isTrue: () => boolean | Promise<boolean>,
): Promise<void> {
  const startedAt = performance.now();
  while (!(await isTrue())) {
    if (performance.now() - startedAt > LIMIT)
      throw new Error(`Timed out after ${LIMIT / 1000} s while waiting for: ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, POLL_INTERVAL));
  }
}
