import { LatencyHistogram } from './latency-histogram.ts';

/** How far back the history goes, in seconds. */
export const HISTORY_SECONDS = 600;

/** One second of a hub's history. Times are in ms, and null if there were no calls. */
export interface HistorySample {
  readonly calls: number;
  readonly errors: number;
  readonly p50: number | null;
  readonly p99: number | null;
  readonly connections: number;
}

/**
 * What happened in each of the last {@link HISTORY_SECONDS} seconds. The memory is allocated once
 * and never grows, and no timer runs: a second that is over is cleared when it is needed again.
 */
export class SecondRing {
  readonly #now: () => number;
  /** The second to which each slot belongs. */
  readonly #seconds = new Float64Array(HISTORY_SECONDS).fill(-1);
  readonly #calls = new Uint32Array(HISTORY_SECONDS);
  readonly #errors = new Uint32Array(HISTORY_SECONDS);
  /** The change of the number of connections. */
  readonly #opened = new Int32Array(HISTORY_SECONDS);
  readonly #latencies = new LatencyHistogram(HISTORY_SECONDS);

  /** `now` returns a monotonic time in ms. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Adds a call that has ended now. */
  addCall(startedAt: number): void {
    const now = this.#now(); // Reading the clock takes longer than the rest.
    const slot = this.#slot(now);
    this.#add(this.#calls, slot);
    this.#latencies.add(slot, now - startedAt);
  }

  addError(): void {
    this.#add(this.#errors, this.#slot());
  }

  addConnections(change: 1 | -1): void {
    const slot = this.#slot();
    this.#opened[slot] = (this.#opened[slot] ?? 0) + change;
  }

  /** Returns the last `seconds` seconds, oldest first. The last one is not over yet. */
  read(seconds: number, currentConnections: number): HistorySample[] {
    const last = Math.floor(this.#now() / 1000);
    const samples: HistorySample[] = [];
    let connections = currentConnections;
    for (let second = last; second > last - Math.min(seconds, HISTORY_SECONDS); second--) {
      const slot = slotOf(second);
      const isKnown = this.#seconds[slot] === second;
      samples.push({
        calls: isKnown ? (this.#calls[slot] ?? 0) : 0,
        errors: isKnown ? (this.#errors[slot] ?? 0) : 0,
        p50: isKnown ? this.#latencies.percentile(slot, 0.5) : null,
        p99: isKnown ? this.#latencies.percentile(slot, 0.99) : null,
        connections: Math.max(0, connections),
      });
      if (isKnown) connections -= this.#opened[slot] ?? 0;
    }
    return samples.toReversed();
  }

  /** Returns the slot of the current second, cleared if it held an older one. */
  #slot(now = this.#now()): number {
    const second = Math.floor(now / 1000);
    const slot = slotOf(second);
    if (this.#seconds[slot] !== second) {
      this.#seconds[slot] = second;
      this.#calls[slot] = 0;
      this.#errors[slot] = 0;
      this.#opened[slot] = 0;
      this.#latencies.clear(slot);
    }
    return slot;
  }

  #add(counts: Uint32Array, slot: number): void {
    counts[slot] = (counts[slot] ?? 0) + 1;
  }
}

const slotOf = (second: number): number =>
  ((second % HISTORY_SECONDS) + HISTORY_SECONDS) % HISTORY_SECONDS;
