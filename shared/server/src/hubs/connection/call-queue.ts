import { MessageType } from '@practical-signalr/protocol';
import type { Transport } from '../../connections/transport.ts';
import type { Invocation } from '../calling-connection.ts';
import { FifoQueue } from '../../queue/fifo-queue.ts';

/** The number of queued calls above which the server stops reading from the client. */
export const MAXIMUM_QUEUED = 128;
/**
 * The number of running calls that have given their slots back. Further calls keep their slots
 * while they wait for a client, so that later calls are queued.
 */
export const MAXIMUM_WITHOUT_SLOT = 1024;
/** The number of calls after which the calls of other connections run. */
export const CALL_BUDGET = 64;

/** Runs the calls that a {@link CallQueue} starts. */
export interface CallRunner {
  /** Returns undefined if the call finished synchronously. The promise must not reject. */
  runCall(call: Invocation): Promise<unknown> | undefined;
  /** Cancels a call that `runCall` has started. */
  cancelCall(invocationId: string): void;
  /** Called when calls may have started, or were removed. */
  onCallsStarted?(): void;
}

/**
 * Runs the calls of one connection in order, with a limit on how many run at the same time.
 * A running call occupies a slot until it finishes or waits for the result of a client. Calls with
 * streams or uploads need no slot.
 */
export class CallQueue {
  readonly #maximumParallel: number;
  readonly #callBudget: number;
  readonly #runner: CallRunner;
  readonly #source: Pick<Transport, 'pause' | 'resume'>;
  /** The canceled invocation ids, with the number of calls that were added before. */
  #canceled: Map<string, number> | undefined;
  readonly #queued = new FifoQueue<Invocation>();
  /** The number of calls that were added to `#queued`. */
  #added = 0;
  /** The calls that occupy a slot. */
  readonly #slots: Invocation[] = [];
  /**
   * The starting call, if it waits for the result of a client before `runCall` returns. It takes no
   * slot.
   */
  #freedEarly: Invocation | undefined;
  #isHeld = false;
  #isReadingPaused = false;
  #isPumping = false;
  /** The number of calls that may start before other connections are served. */
  #remainingCalls: number;
  #isYielding = false;
  #onStarted: (() => void) | undefined;
  /** The number of running calls, with or without a slot. */
  #running = 0;
  #onIdle: (() => void) | undefined;

  /** `callBudget` is the number of calls after which other connections are served. */
  constructor(
    maximumParallel: number,
    runner: CallRunner,
    source: Pick<Transport, 'pause' | 'resume'>,
    callBudget = CALL_BUDGET,
  ) {
    this.#callBudget = callBudget;
    this.#remainingCalls = callBudget;
    this.#maximumParallel = maximumParallel;
    this.#runner = runner;
    this.#source = source;
  }

  /** The number of calls that were added. */
  get added(): number {
    return this.#added;
  }

  /** The number of calls that no longer wait for their turn. */
  get started(): number {
    return this.#added - this.#queued.length;
  }

  /** Whether a call waits for its turn. */
  get hasQueued(): boolean {
    return this.#queued.length > 0;
  }

  /** Whether a call occupies a slot. */
  get isRunning(): boolean {
    return this.#slots.length > 0;
  }

  /** The calls that wait for their turn or occupy a slot. */
  get unfinished(): readonly Invocation[] {
    return [...this.#slots, ...this.#queued.values];
  }

  /** The number of canceled invocation ids that are kept. */
  get canceledCount(): number {
    return this.#canceled?.size ?? 0;
  }

  /** Starts no call until `release`, because the connected hook runs before the first call. */
  hold(): void {
    this.#isHeld = true;
  }

  release(): void {
    this.#isHeld = false;
    this.#pump();
  }

  add(call: Invocation): void {
    this.#queued.add(call);
    this.#added++;
    this.#pump();
    if (!this.#isReadingPaused && this.#queued.length > MAXIMUM_QUEUED) {
      this.#isReadingPaused = true;
      this.#source.pause();
    }
  }

  /**
   * Cancels a queued call right after it starts, so that it can release what it acquires. Unknown
   * ids are ignored.
   */
  cancel(invocationId: string): void {
    const call = this.#queued.values.find((queued) => queued.invocationId === invocationId);
    if (call === undefined) return;
    this.#canceled ??= new Map();
    // The id of the call, so that the client cannot make the server keep more text.
    this.#canceled.set(call.invocationId ?? '', this.#added);
    // The ids of calls that have started are kept, too.
    if (this.#canceled.size > 2 * this.#queued.length) this.#forgetUnknownIds(this.#canceled);
  }

  /**
   * Frees the slot of a call that waits for the result of a client, and does not give it back.
   * That client may have to call the hub before it can return the result. If too many running
   * calls have done so, the call keeps its slot.
   */
  letNextRun(call: Invocation): void {
    if (this.#running - this.#slots.length >= MAXIMUM_WITHOUT_SLOT) return;
    if (this.#isPumping && !this.#slots.includes(call)) this.#freedEarly = call;
    else this.#freeSlot(call);
  }

  /** Removes the queued calls. Running calls continue. */
  clear(): void {
    this.#queued.clear();
    this.#canceled = undefined;
    this.#onStarted = undefined;
    this.#onIdle = undefined;
    this.#runner.onCallsStarted?.();
    this.#resumeReading();
  }

  /**
   * Calls `onStarted` when no call is queued, in the next turn of the event loop: calls that end at
   * once are answered before.
   */
  whenStarted(onStarted: () => void): void {
    this.#onStarted = onStarted;
    // Reading must continue, otherwise the server cannot notice that the client disconnects.
    this.#resumeReading();
    this.#pump();
  }

  /** Calls `onIdle` when no call is queued or running, with or without a slot. */
  whenIdle(onIdle: () => void): void {
    this.#onIdle = onIdle;
    this.#pump();
  }

  #pump(): void {
    // A call that finishes synchronously must not start the next call from within itself.
    if (this.#isPumping) return;
    this.#isPumping = true;
    while (!this.#isHeld && !this.#isYielding) {
      const call = this.#queued.first;
      if (call === undefined) break;
      if (needsSlot(call) && this.#slots.length >= this.#maximumParallel) break;
      this.#queued.take();
      this.#start(call);
      if (this.#canceled !== undefined) this.#cancelStarted(call, this.#canceled);
      this.#remainingCalls--;
      if (this.#remainingCalls === 0) this.#yield();
    }
    this.#isPumping = false;
    this.#runner.onCallsStarted?.();
    if (!this.hasQueued) this.#onQueueEmpty();
    this.#checkIdle();
  }

  /** Starts further calls in the next turn of the event loop. */
  #yield(): void {
    this.#remainingCalls = this.#callBudget;
    this.#isYielding = true;
    setImmediate(() => {
      this.#isYielding = false;
      this.#pump();
    });
  }

  /** Cancels the last started call if the client canceled it while it was queued. */
  #cancelStarted({ invocationId = '' }: Invocation, canceled: ReadonlyMap<string, number>): void {
    if ((canceled.get(invocationId) ?? 0) >= this.started) this.#runner.cancelCall(invocationId);
  }

  #forgetUnknownIds(canceled: Map<string, number>): void {
    const queuedIds = new Set(this.#queued.values.map(({ invocationId }) => invocationId));
    for (const id of canceled.keys()) if (!queuedIds.has(id)) canceled.delete(id);
  }

  #start(call: Invocation): void {
    const pending = this.#runner.runCall(call);
    const keepsSlot = this.#freedEarly !== call;
    this.#freedEarly = undefined;
    if (pending === undefined) return;
    if (keepsSlot) this.#slots.push(call);
    this.#running++;
    void pending.then(() => {
      this.#running--;
      this.#freeSlot(call);
      this.#checkIdle();
    });
  }

  #onQueueEmpty(): void {
    this.#canceled = undefined;
    this.#resumeReading();
    const onStarted = this.#onStarted;
    if (this.#isHeld || onStarted === undefined) return;
    this.#onStarted = undefined;
    setImmediate(onStarted);
  }

  #checkIdle(): void {
    if (this.#running > 0 || this.#isHeld || this.hasQueued) return;
    const onIdle = this.#onIdle;
    this.#onIdle = undefined;
    onIdle?.();
  }

  #freeSlot(call: Invocation): void {
    const slot = this.#slots.indexOf(call);
    if (slot < 0) return;
    this.#slots.splice(slot, 1);
    this.#pump();
  }

  #resumeReading(): void {
    if (!this.#isReadingPaused) return;
    this.#isReadingPaused = false;
    this.#source.resume();
  }
}

const needsSlot = (call: Invocation): boolean =>
  call.type !== MessageType.StreamInvocation && !call.streamIds?.length;
