import type { ServerResponse } from 'node:http';
import { answer, plainText } from '../connections/http-answer.ts';
import type { PostQueue } from '../connections/post-queue.ts';
import type { TransportEvents } from '../connections/transport.ts';
import { BufferedTransport, CLOSE_TIMEOUT, type SendLimits } from './buffered-transport.ts';
import type { WriteBatcher } from './write-batcher.ts';

/** How long a poll may wait, and how long a client may stay away between two polls; ms. */
export interface PollTimes {
  readonly pollTimeout: number;
  readonly disconnectTimeout: number;
}

/** What a poll and its errors say to caches. */
export const noCache = {
  'Cache-Control': 'no-cache, no-store',
  Pragma: 'no-cache',
  Expires: 'Thu, 01 Jan 1970 00:00:00 GMT',
};

const emptyPoll = { ...plainText, ...noCache };
const pollWithData = { 'Content-Type': 'application/octet-stream', ...noCache };

/** A payload is the body of a poll as it is; several simply follow one another. */
const longPollingFrame = (payload: string | Uint8Array): Buffer =>
  typeof payload === 'string'
    ? Buffer.from(payload)
    : Buffer.from(payload.buffer, payload.byteOffset, payload.length);

const joinedBody = (payloads: readonly Uint8Array[]): Buffer => Buffer.concat(payloads);

/** The long-polling transport: each poll is answered with what has gathered, and a POST carries what the client sends. */
export class LongPollingTransport extends BufferedTransport {
  readonly #posts: PostQueue;
  readonly #times: PollTimes;
  #events: TransportEvents | undefined;
  #poll: ServerResponse | undefined;
  #isFirst = true;
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  /** The answer that is on its way; what comes later must not overtake it. */
  #onItsWay: { readonly response: ServerResponse; readonly body: Buffer } | undefined;
  /** Ends the poll that waits, or else the connection when the client stays away. */
  #timer: NodeJS.Timeout | undefined;
  #closing = false;

  constructor(
    posts: PostQueue,
    times: PollTimes,
    batcher: WriteBatcher,
    limits: SendLimits,
    onTooSlow: () => void,
  ) {
    super(batcher, limits, onTooSlow);
    this.#posts = posts;
    this.#times = times;
  }

  get name() {
    return 'LongPolling' as const;
  }

  /** A client that polls is alive: it needs no pings. */
  get hasInherentKeepAlive(): boolean {
    return true;
  }

  listen(events: TransportEvents): void {
    this.#events = events;
    this.#posts.open(events, () => this.abort());
  }

  /** Takes one GET of the client. */
  poll(response: ServerResponse): void {
    response.on('error', () => undefined); // a 'close' follows
    const earlier = this.#poll;
    this.#poll = undefined;
    if (earlier !== undefined) answer(earlier, 204, '', emptyPoll);
    if (this.#events === undefined && !this.#isFirst) return answer(response, 204, '', emptyPoll);
    if (this.#isFirst) {
      this.#isFirst = false;
      answer(response, 200, '', pollWithData); // tells the client that the connection is open
      return this.#awaitPoll();
    }
    this.#poll = response;
    response.on('close', () => {
      if (this.#poll !== response) return;
      this.#poll = undefined;
      this.#awaitPoll();
    });
    this.#startTimer(() => this.#pollTimedOut(), this.#times.pollTimeout);
    this.#answer();
  }

  abort(): void {
    this.#onItsWay?.response.destroy();
    this.#finish();
  }

  pause(): void {
    this.#posts.pause();
  }

  resume(): void {
    this.#posts.resume();
  }

  protected get frame() {
    return longPollingFrame;
  }

  protected get frameAll() {
    return joinedBody;
  }

  protected get untaken(): number {
    return this.#waitingBytes;
  }

  protected write(frames: Buffer): void {
    this.#waiting.push(frames);
    this.#waitingBytes += frames.length;
    this.#answer();
  }

  protected end(): void {
    this.#startTimer(() => this.#finish(), Math.min(CLOSE_TIMEOUT, this.#times.disconnectTimeout));
    this.#closing = true;
    this.#answer();
  }

  #answer(): void {
    const poll = this.#poll;
    if (poll === undefined || this.#onItsWay !== undefined) return;
    if (this.#waiting.length === 0) {
      if (this.#closing) this.#finish();
      return;
    }
    const body =
      this.#waiting.length === 1 ? (this.#waiting[0] as Buffer) : Buffer.concat(this.#waiting);
    this.#waiting = [];
    this.#poll = undefined;
    this.#onItsWay = { response: poll, body };
    poll.on('close', () => this.#answered(poll.writableFinished ? undefined : body));
    answer(poll, 200, body, pollWithData);
    this.#awaitPoll();
  }

  /** `lost` is what a client that went away cannot have got: it stays for the next poll. */
  #answered(lost: Buffer | undefined): void {
    if (this.#onItsWay === undefined) return;
    if (lost === undefined) this.#waitingBytes -= this.#onItsWay.body.length;
    else this.#waiting.unshift(lost);
    this.#onItsWay = undefined;
    this.taken();
    this.#answer();
  }

  #pollTimedOut(): void {
    const poll = this.#poll;
    this.#poll = undefined;
    if (poll !== undefined) answer(poll, 200, '', emptyPoll);
    this.#awaitPoll();
  }

  #awaitPoll(): void {
    if (this.#poll === undefined)
      this.#startTimer(() => this.#finish(), this.#times.disconnectTimeout);
  }

  /** Nothing puts off the end of a connection that closes. */
  #startTimer(onTime: () => void, time: number): void {
    if (this.#closing || this.#events === undefined) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(onTime, time);
  }

  #finish(): void {
    clearTimeout(this.#timer);
    const events = this.#events;
    this.#events = undefined;
    if (this.#poll !== undefined) answer(this.#poll, 204, '', emptyPoll);
    this.#poll = undefined;
    this.#onItsWay = undefined;
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.ended();
    this.#posts.end();
    events?.onClose();
  }
}
