import { EventEmitter, once } from 'node:events';
import type { Readable } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import split from 'split2';
import type { LogLines } from './home-contract.ts';

/** Lines of a lesson's output that are kept; the oldest go first. */
const KEPT_LINES = 200;
/** Characters of a line; the rest of a longer one is left out. */
const LONGEST_LINE = 2000;
/** Characters that may come without an end of line before they are given up. */
const LONGEST_UNBROKEN = 1024 * 1024;
const bounds = { maxLength: LONGEST_UNBROKEN, skipOverflow: true };

/** The last lines that a lesson printed. Any number of pages may follow it. */
export class LessonLog {
  readonly #changes = new EventEmitter<{ change: [] }>().setMaxListeners(0);
  #lines: string[] = [];
  /** Lines ever added; the last of `#lines` is number `#added`. */
  #added = 0;

  get lines(): readonly string[] {
    return this.#lines;
  }

  add(line: string): void {
    this.#lines.push(stripVTControlCharacters(line).slice(0, LONGEST_LINE));
    this.#added++;
    if (this.#lines.length > KEPT_LINES) this.#lines.shift();
    this.#changes.emit('change');
  }

  /** Adds what a process prints, line by line. `split2` keeps characters whole and its memory bounded. */
  read(output: Readable, seen: (line: string) => void = () => undefined): void {
    output.pipe(split(bounds)).on('data', (line: string) => {
      if (line === '') return;
      this.add(line);
      seen(line);
    });
  }

  clear(): void {
    this.#lines = [];
    this.#changes.emit('change');
  }

  /** What is there, then what comes, until the signal aborts. A slow reader gets the latest lines and is told what it missed. */
  async *follow(signal: AbortSignal): AsyncGenerator<LogLines, void, undefined> {
    let seen = this.#added;
    let kept = this.#lines;
    yield { reset: true, lines: [...kept] };
    while (!signal.aborted) {
      const missed = this.#added - seen;
      const reset = kept !== this.#lines || missed > this.#lines.length;
      if (missed > 0 || reset) {
        kept = this.#lines;
        seen = this.#added;
        yield {
          reset,
          lines: this.#lines.slice(-Math.min(reset ? KEPT_LINES : missed, KEPT_LINES)),
        };
        continue;
      }
      try {
        await once(this.#changes, 'change', { signal });
      } catch {
        return; // aborted
      }
    }
  }
}
