import type { Transport } from '../../connections/transport.ts';

type Source = Pick<Transport, 'pause' | 'resume'>;

/**
 * Lets several consumers of one client pause reading. Reading resumes when all of them have
 * resumed.
 */
export class ReadGate implements Source {
  readonly #source: Source;
  #pauses = 0;

  constructor(source: Source) {
    this.#source = source;
  }

  get isHeld(): boolean {
    return this.#pauses > 0;
  }

  pause(): void {
    this.#pauses++;
    if (this.#pauses === 1) this.#source.pause();
  }

  resume(): void {
    this.#pauses--;
    if (this.#pauses === 0) this.#source.resume();
  }
}
