import { setImmediate } from 'node:timers/promises';
import TinyQueue from 'tinyqueue';
import { errorTexts } from '../error-texts.ts';

/** Something that happens at a time of the virtual clock. */
export interface ClockEvent {
  readonly time: number;
  /** The position among the events of the same time. */
  readonly order: number;
  /** Undefined after the event was canceled. */
  run: (() => void) | undefined;
}

/**
 * The resolution of the clock in ms. Times are multiples of it, so that events which are close run
 * together.
 */
const RESOLUTION = 0.01;

const compare = (a: ClockEvent, b: ClockEvent): number => a.time - b.time || a.order - b.order;

/** A clock that jumps from event to event. Times are in ms since the start. */
export class VirtualClock {
  #now = 0;
  #lastOrder = 0;
  readonly #events = new TinyQueue<ClockEvent>([], compare);

  get now(): number {
    return this.#now;
  }

  schedule(delay: number, run: () => void): ClockEvent {
    this.#lastOrder += 1;
    const time = Math.ceil((this.#now + Math.max(0, delay)) / RESOLUTION) * RESOLUTION;
    const event: ClockEvent = { time, order: this.#lastOrder, run };
    this.#events.push(event);
    return event;
  }

  wait(delay: number): Promise<void> {
    return new Promise((resolve) => {
      this.schedule(delay, resolve);
    });
  }

  /** Runs events until the task has settled. */
  async runUntil<T>(task: Promise<T>): Promise<T> {
    let isSettled = false;
    const onSettled = (): void => {
      isSettled = true;
    };
    task.then(onSettled, onSettled);
    // All reactions to events run before the next events.
    await setImmediate();
    while (!isSettled) {
      this.#runNext();
      await setImmediate();
    }
    return task;
  }

  /** Runs all events of the next time. */
  #runNext(): void {
    const first = this.#events.peek();
    if (first === undefined) throw new Error(errorTexts.stalled);
    this.#now = first.time;
    while (this.#events.peek()?.time === this.#now) this.#events.pop()?.run?.();
  }
}
