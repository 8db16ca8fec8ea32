import { closeSync, ftruncateSync, openSync, unlinkSync, writeSync } from 'node:fs';
import { errorTexts } from '../error-texts.ts';
import { FORMAT, type RecordedEvent, type RecordedHeader } from './recorded-event.ts';

/** Writes events to a file, one JSON object per line. */
export class EventWriter {
  readonly #path: string;
  readonly #file: number;
  readonly #maximum: number;
  readonly #onProblem: (message: string) => void;
  #size = 0;
  #count = 0;
  #isStopped = false;

  /**
   * Creates the file. Throws if it exists, so that no recording is lost. `maximum` is its maximum
   * size in bytes. `onProblem` is called if further events cannot be recorded.
   */
  constructor(path: string, maximum: number, onProblem: (message: string) => void) {
    this.#path = path;
    this.#maximum = maximum;
    this.#onProblem = onProblem;
    try {
      this.#file = openSync(path, 'wx', 0o600);
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      const isThere = code === 'EEXIST';
      throw new Error(isThere ? errorTexts.fileExists(path) : errorTexts.cannotWrite(message), {
        cause: error,
      });
    }
    this.#line({ format: FORMAT, recordedAt: new Date().toISOString() });
  }

  /** The number of events in the file. */
  get count(): number {
    return this.#count;
  }

  /** Writes at once, so that a recording that is killed keeps everything up to then. */
  write(event: RecordedEvent): void {
    if (!this.#isStopped && this.#line(event)) this.#count++;
  }

  /** Reports that a part of the traffic is not in the file. */
  reportProblem(message: string): void {
    this.#onProblem(message);
  }

  /** Closes the file, and deletes it if it has no events. */
  close(): void {
    this.#isStopped = true;
    closeSync(this.#file);
    if (this.#count === 0) unlinkSync(this.#path);
  }

  /** Returns false if the line does not fit. Then the file ends with the line before. */
  #line(value: RecordedHeader | RecordedEvent): boolean {
    const line = Buffer.from(`${JSON.stringify(value)}\n`);
    try {
      if (this.#size + line.length > this.#maximum) throw new Error(errorTexts.recordingIsFull);
      for (let written = 0; written < line.length;)
        written += writeSync(this.#file, line, written, line.length - written);
    } catch (error) {
      this.#isStopped = true;
      ftruncateSync(this.#file, this.#size);
      this.reportProblem(errorTexts.recordingStopped((error as Error).message));
      return false;
    }
    this.#size += line.length;
    return true;
  }
}
