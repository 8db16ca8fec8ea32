import type { Transport } from '../connections/transport.ts';

type Source = Pick<Transport, 'pause' | 'resume'>;

/** Lets several readers of one client hold it back: it is read again when none of them does any more. */
export class ReadGate implements Source {
  readonly #source: Source;
  #holders = 0;

  constructor(source: Source) {
    this.#source = source;
  }

  get isHeld(): boolean {
    return this.#holders > 0;
  }

  pause(): void {
    if (this.#holders++ === 0) this.#source.pause();
  }

  resume(): void {
    if (--this.#holders === 0) this.#source.resume();
  }
}
