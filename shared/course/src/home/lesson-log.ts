import { EventEmitter, once } from 'node:events';
import type { Readable } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import split from 'split2';
import type { LogLines } from './home-contract.ts';

/** The maximum number of lines that are kept. The oldest are removed first. */
const KEPT_LINES = 200;
/** The maximum number of characters of a line. The rest is cut off. */
const LONGEST_LINE = 2000;
/** The maximum number of characters without a line break. A longer line is dropped. */
const LONGEST_UNBROKEN = 1024 * 1024;
const limits = { maxLength: LONGEST_UNBROKEN, skipOverflow: true };

/** The last lines that a lesson printed. Any number of pages can follow it. */
export class LessonLog {
  readonly #changes = new EventEmitter<{ change: [] }>().setMaxListeners(0);
  #lines: string[] = [];
  /** The number of lines that were ever added. It is the number of the last line. */
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

  /**
   * Adds the output of a process, line by line. `split2` joins characters and limits its memory.
   */
  read(output: Readable, seen: (line: string) => void = () => undefined): void {
    output.pipe(split(limits)).on('data', (line: string) => {
      if (line === '') return;
      this.add(line);
      seen(line);
    });
  }

  clear(): void {
    this.#lines = [];
    this.#changes.emit('change');
  }

  /**
   * Yields the existing lines, then new lines, until the signal aborts. A slow reader gets the
   * latest lines with `reset`.
   */
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
