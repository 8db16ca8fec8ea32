import type { StoredRecord } from '../../scale-out/hand-over.ts';
import { ReturnTime } from './return-time.ts';
import { TaskLimit } from './task-limit.ts';

/** The maximum number of connections of a hub that move at the same time. */
export const MAXIMUM_CONCURRENT_MOVES = 128;

/**
 * Limits how many connections move at the same time. If all clients returned at once, they would
 * fill the accept queue of the next server.
 *
 * A client that does not return delays further connections by the time within which nearly all
 * clients return.
 */
export class MoveLimit {
  readonly #tasks = new TaskLimit(MAXIMUM_CONCURRENT_MOVES);
  readonly #returnTime = new ReturnTime();

  /**
   * Calls `drop` when few enough connections move. It stores the record of a connection and drops
   * its socket, and resolves with undefined if the connection cannot move.
   */
  run(drop: () => Promise<StoredRecord | undefined>): Promise<StoredRecord | undefined> {
    return this.#tasks.run(async () => {
      const stored = await drop();
      if (stored !== undefined) await this.#waitForReturn(stored);
      return stored;
    });
  }

  async #waitForReturn({ isMoved }: StoredRecord): Promise<void> {
    const startedAt = performance.now();
    const maximum = this.#returnTime.maximum;
    let timer: NodeJS.Timeout | undefined;
    const elapsed = new Promise<void>((resolve) => {
      timer = setTimeout(() => {
        this.#returnTime.missed(maximum);
        resolve();
      }, maximum);
    });
    // A client that returns later than expected also shows how long clients need.
    const returned = isMoved.then((hasReturned) => {
      if (hasReturned) this.#returnTime.measured(performance.now() - startedAt);
    });
    await Promise.race([returned, elapsed]);
    clearTimeout(timer);
  }
}
