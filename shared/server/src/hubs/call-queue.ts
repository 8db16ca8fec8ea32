import type { InvocationMessage, StreamInvocationMessage } from '@practical-signalr/protocol';
import type { Transport } from '../connections/transport.ts';

type Call = InvocationMessage | StreamInvocationMessage;

/** Calls that may wait before the client is no longer read; what one piece still holds comes on top. */
const MAXIMUM_WAITING = 128;

/** Runs the calls of one connection in order, so many at a time. */
export class CallQueue {
  readonly #atOnce: number;
  readonly #run: (call: Call) => Promise<unknown> | undefined;
  readonly #source: Pick<Transport, 'pause' | 'resume'>;
  #waiting: Call[] = [];
  #next = 0;
  /** The calls that count against the limit. */
  readonly #inPlace: Call[] = [];
  /** The call that gave up its place before it had it: in its first, synchronous part. */
  #gaveUp: Call | undefined;
  #held = false;
  #paused = false;
  #pumping = false;
  #onDone: (() => void) | undefined;
  /** Those that run, in their place or without. */
  #running = 0;
  #onIdle: (() => void) | undefined;

  constructor(
    atOnce: number,
    run: (call: Call) => Promise<unknown> | undefined,
    source: Pick<Transport, 'pause' | 'resume'>,
  ) {
    this.#atOnce = atOnce;
    this.#run = run;
    this.#source = source;
  }

  get isRunning(): boolean {
    return this.#inPlace.length > 0;
  }

  /** Starts nothing until `release`: the connected hook comes before the first call. */
  hold(): void {
    this.#held = true;
  }

  release(): void {
    this.#held = false;
    this.#pump();
  }

  add(call: Call): void {
    this.#waiting.push(call);
    this.#pump();
    if (!this.#paused && this.#waiting.length - this.#next > MAXIMUM_WAITING) {
      this.#paused = true;
      this.#source.pause();
    }
  }

  /** A call that waits for a client gives up its place, for good: its client may have to call to be able to answer. */
  letNextRun(call: Call): void {
    if (this.#pumping && !this.#inPlace.includes(call)) this.#gaveUp = call;
    else this.#leave(call);
  }

  /** Forgets the calls that wait. */
  clear(): void {
    this.#waiting = [];
    this.#next = 0;
    this.#onDone = undefined;
    this.#onIdle = undefined;
    this.#unpause();
  }

  /** Runs `onDone` when every call has been answered. */
  whenDone(onDone: () => void): void {
    this.#onDone = onDone;
    this.#unpause(); // who ends the connection must be able to see its end
    this.#pump();
  }

  /** The same, with those that have given up their place. */
  whenIdle(onIdle: () => void): void {
    this.#onIdle = onIdle;
    this.#pump();
  }

  #pump(): void {
    if (this.#pumping) return; // a call that is answered at once must not start the next within itself
    this.#pumping = true;
    while (
      !this.#held &&
      this.#inPlace.length < this.#atOnce &&
      this.#next < this.#waiting.length
    ) {
      const call = this.#waiting[this.#next++] as Call;
      const pending = this.#run(call);
      const keepsPlace = this.#gaveUp !== call;
      this.#gaveUp = undefined;
      if (pending !== undefined) {
        if (keepsPlace) this.#inPlace.push(call);
        this.#running++;
        void pending.then(() => {
          this.#running--;
          this.#leave(call);
          this.#checkIdle();
        });
      }
    }
    this.#pumping = false;
    if (this.#next === this.#waiting.length) {
      if (this.#next > 0) {
        this.#waiting.length = 0;
        this.#next = 0;
      }
      this.#unpause();
      if (this.#inPlace.length === 0 && !this.#held && this.#onDone !== undefined) {
        const onDone = this.#onDone;
        this.#onDone = undefined;
        onDone();
      }
    }
    this.#checkIdle();
  }

  #checkIdle(): void {
    if (this.#running > 0 || this.#held || this.#next < this.#waiting.length) return;
    const onIdle = this.#onIdle;
    this.#onIdle = undefined;
    onIdle?.();
  }

  #leave(call: Call): void {
    const place = this.#inPlace.indexOf(call);
    if (place < 0) return;
    this.#inPlace.splice(place, 1);
    this.#pump();
  }

  #unpause(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#source.resume();
  }
}
