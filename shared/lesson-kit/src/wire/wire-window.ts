import type { WireEntry } from './wire-entry.ts';
import type { WireLog } from './wire-log.ts';

/** The number of rows in the window, and by how many it moves. */
const SIZE = 200;
const STEP = 100;

/**
 * Selects the entries of a log that are drawn: the newest that match the filter, or an earlier
 * part. Each call reads only new entries. Only a new filter reads the whole log.
 */
export class WireWindow {
  readonly #log: WireLog;
  #filter = '';
  /** The entries that match the filter, oldest first. Empty without a filter. */
  #matches: WireEntry[] = [];
  /** The number of the first entry that was not filtered yet. */
  #seen = 0;
  /** The number after the last entry that is shown while paused. */
  #paused: number | undefined;
  /** The number of matching entries up to the end of the window. Undefined: follow the newest. */
  #end: number | undefined;

  constructor(log: WireLog) {
    this.#log = log;
  }

  /** Shows only entries whose text contains `text`, case-insensitively. */
  filter(text: string): void {
    this.#filter = text.toLowerCase();
    this.#matches = [];
    this.#seen = 0;
    this.#end = undefined;
  }

  /** Stops showing new entries. The log still records them. */
  pause(paused: boolean): void {
    this.#paused = paused ? this.#log.next : undefined;
    this.#end = undefined;
  }

  /** Moves the window to earlier entries, or back to the newest. */
  earlier(): void {
    const { length } = this;
    this.#end = Math.max(Math.min(SIZE, length), (this.#end ?? length) - STEP);
  }
  /** Keeps the window in place while entries are added. */
  hold(): void {
    this.#end ??= this.length;
  }
  latest(): void {
    this.#end = undefined;
  }

  /** The entries to draw. */
  get rows(): readonly WireEntry[] {
    const passing = this.#read();
    const end = Math.min(this.#end ?? passing.length, passing.length);
    return passing.slice(Math.max(0, end - SIZE), end);
  }

  /** Whether there are entries before or after the window. */
  get hasEarlier(): boolean {
    const { length } = this;
    return Math.min(this.#end ?? length, length) > SIZE;
  }
  get isLatest(): boolean {
    return this.#end === undefined;
  }

  /** The number of entries that match the filter and were not recorded during a pause. */
  get length(): number {
    return this.#read().length;
  }

  /** All matching entries, oldest first. */
  get all(): readonly WireEntry[] {
    const passing = this.#read();
    return passing.slice(0, passing.length);
  }

  #read(): Passing {
    const log = this.#log;
    const next = Math.min(this.#paused ?? log.next, log.next);
    if (this.#filter === '') {
      return {
        length: Math.max(0, next - log.first),
        slice: (start, end) =>
          Array.from({ length: end - start }, (_, i) => log.at(log.first + start + i) as WireEntry),
      };
    }
    for (let number = Math.max(this.#seen, log.first); number < next; number++) {
      const entry = log.at(number) as WireEntry;
      if (entry.text.toLowerCase().includes(this.#filter)) this.#matches.push(entry);
    }
    this.#seen = Math.max(this.#seen, next);
    // Remove matches that are no longer in the log.
    const kept = this.#matches.findIndex(({ number }) => number >= log.first);
    if (kept !== 0) this.#matches.splice(0, kept === -1 ? this.#matches.length : kept);
    return this.#matches;
  }
}

/** The part of an array that a window needs. Without a filter, no array is created. */
interface Passing {
  readonly length: number;
  slice(start: number, end: number): WireEntry[];
}
