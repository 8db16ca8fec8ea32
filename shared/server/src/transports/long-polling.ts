import type { ServerResponse } from 'node:http';
import type { BytesInFlight } from '../limits/bytes-in-flight.ts';
import { Deadline } from '../connections/deadline.ts';
import { answer, canAnswer, plainText } from '../connections/http-answer.ts';
import type { PostQueue } from '../connections/post-queue.ts';
import type { TransportEvents } from '../connections/transport.ts';
import { BufferedTransport, CLOSE_TIMEOUT, type SendLimits } from './buffered-transport.ts';
import { MAXIMUM_SLICE, SlicedWriter } from './sliced-writer.ts';
import type { WriteBatcher } from './write-batcher.ts';

/** The time limits of long polling, in ms. */
export interface PollTimes {
  /** How long a poll stays open without data. */
  readonly pollTimeout: number;
  /** How long a client may stay away between two polls. */
  readonly disconnectTimeout: number;
}

/** The headers that prevent caching. Responses to polls have them, also if they are errors. */
export const noCache = {
  'Cache-Control': 'no-cache, no-store',
  Pragma: 'no-cache',
  Expires: 'Thu, 01 Jan 1970 00:00:00 GMT',
};

const emptyPoll = { ...plainText, ...noCache };
const pollWithData = { 'Content-Type': 'application/octet-stream', ...noCache };

/** Returns the bytes of a payload. The body of a poll needs no framing. */
const longPollingFrame = (payload: string | Uint8Array): Buffer =>
  typeof payload === 'string'
    ? Buffer.from(payload)
    : Buffer.from(payload.buffer, payload.byteOffset, payload.length);

const joinedBody = (payloads: readonly Uint8Array[]): Buffer => Buffer.concat(payloads);

/** A response with data whose end the client has not received. */
interface SentPoll {
  readonly response: ServerResponse;
  readonly body: readonly Buffer[];
  readonly length: number;
  /** Writes a large body. */
  readonly writer: SlicedWriter | undefined;
}

/**
 * The long-polling transport. The server sends in the responses to polls (GET requests), the client
 * in POSTs.
 */
export class LongPollingTransport extends BufferedTransport {
  readonly #posts: PostQueue;
  readonly #times: PollTimes;
  readonly #bytesInFlight: BytesInFlight | undefined;
  #events: TransportEvents | undefined;
  /** The open poll. */
  #poll: ServerResponse | undefined;
  #isFirst = true;
  /** The data for the next poll. */
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  /** The response that is being sent. Later data must not overtake it. */
  #sent: SentPoll | undefined;
  /** Ends the open poll, or the connection if the client stays away. */
  #deadline: Deadline | undefined;
  #isClosing = false;

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
    this.#bytesInFlight = limits.bytesInFlight;
  }

  get name() {
    return 'LongPolling' as const;
  }

  /** True: a client that polls is alive. */
  get hasInherentKeepAlive(): boolean {
    return true;
  }

  listen(events: TransportEvents): void {
    this.#events = events;
    this.#posts.open(events, () => this.abort(), this.#bytesInFlight);
  }

  /** Answers a GET of the client, now or when there is data. */
  poll(response: ServerResponse): void {
    response.on('error', () => undefined); // a 'close' event follows
    const earlier = this.#poll;
    this.#poll = undefined;
    if (earlier !== undefined) answer(earlier, 204, '', emptyPoll);
    if (this.#events === undefined && !this.#isFirst) {
      answer(response, 204, '', emptyPoll);
      return;
    }
    if (this.#isFirst) {
      this.#isFirst = false;
      answer(response, 200, '', pollWithData); // the connection is open
      this.#awaitPoll();
      return;
    }
    this.#poll = response;
    response.on('close', () => {
      if (this.#poll !== response) return;
      this.#poll = undefined;
      this.#awaitPoll();
    });
    this.#startDeadline(() => this.#endEmptyPoll(), this.#times.pollTimeout);
    this.#answer();
  }

  abort(): void {
    this.#sent?.response.destroy();
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

  protected get unsentBytes(): number {
    return this.#waitingBytes + (this.#sent?.length ?? 0);
  }

  protected write(frames: Buffer): void {
    this.#waiting.push(frames);
    this.#waitingBytes += frames.length;
    this.#answer();
  }

  protected end(): void {
    this.#isClosing = true;
    this.#startCloseDeadline();
    this.#answer();
  }

  /** Answers the open poll with the waiting data. */
  #answer(): void {
    const response = this.#poll;
    if (response === undefined || this.#sent !== undefined) return;
    if (this.#waiting.length === 0) {
      if (this.#isClosing) this.#finish();
      return;
    }
    if (!canAnswer(response)) {
      this.#poll = undefined; // the data waits for the next poll
      this.#awaitPoll();
      return;
    }
    const body = this.#waiting;
    const length = this.#waitingBytes;
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#poll = undefined;
    const writer = length > MAXIMUM_SLICE ? new SlicedWriter(response) : undefined;
    this.#sent = { response, body, length, writer };
    response.on('close', () => this.#onSent(response.writableFinished));
    if (writer === undefined) {
      const [first = Buffer.alloc(0)] = body;
      answer(response, 200, body.length === 1 ? first : Buffer.concat(body), pollWithData);
    } else this.#writeLarge(writer, this.#sent);
    this.#awaitPoll();
  }

  #writeLarge(writer: SlicedWriter, { response, body, length }: SentPoll): void {
    response.writeHead(200, { ...pollWithData, 'Content-Length': length });
    response.on('drain', () => {
      writer.continue();
      this.onBytesSent();
      this.#awaitPoll(); // the client reads, so it is not away
    });
    for (const bytes of body) writer.write(bytes);
    writer.whenEmpty(() => response.end());
  }

  /**
   * Called when a response has ended. Data that the client did not receive stays for the next poll.
   */
  #onSent(isComplete: boolean): void {
    const sent = this.#sent;
    if (sent === undefined) return;
    this.#sent = undefined;
    sent.writer?.clear();
    if (!isComplete) {
      this.#waiting.unshift(...sent.body);
      this.#waitingBytes += sent.length;
    }
    this.onBytesSent();
    this.#awaitPoll();
    this.#answer();
  }

  #endEmptyPoll(): void {
    const poll = this.#poll;
    this.#poll = undefined;
    if (poll !== undefined) answer(poll, 200, '', emptyPoll);
    this.#awaitPoll();
  }

  #awaitPoll(): void {
    if (this.#poll !== undefined) return;
    this.#startDeadline(() => this.#finish(true), this.#times.disconnectTimeout);
  }

  /**
   * Starts a deadline instead of the current one. While the connection closes, its deadline is not
   * replaced.
   */
  #startDeadline(onElapsed: () => void, time: number): void {
    if (this.#isClosing || this.#events === undefined) return;
    this.#deadline?.stop();
    this.#deadline = new Deadline(onElapsed, time);
  }

  #startCloseDeadline(): void {
    if (this.#events === undefined) return;
    this.#deadline?.stop();
    const time = Math.min(CLOSE_TIMEOUT, this.#times.disconnectTimeout);
    this.#deadline = new Deadline(() => this.#finishUnlessSending(), time);
  }

  /**
   * Finishes closing, unless a response is being sent: it ends by itself, or when the client stops
   * reading.
   */
  #finishUnlessSending(): void {
    const { response, writer } = this.#sent ?? {};
    if (response === undefined || writer === undefined) {
      this.#finish();
      return;
    }
    response.on('close', () => {
      // The client could not poll for what follows, for example the Close message.
      const isFollowed = this.#waiting.length > 0 || this.#sent !== undefined;
      if (response.writableFinished && isFollowed) this.#startCloseDeadline();
      else this.#finish();
    });
  }

  #finish(isTimedOut = false): void {
    this.#deadline?.stop();
    const events = this.#events;
    this.#events = undefined;
    if (this.#poll !== undefined) answer(this.#poll, 204, '', emptyPoll);
    this.#poll = undefined;
    this.#sent = undefined;
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.stopSending();
    this.#posts.end();
    events?.onClose(false, isTimedOut);
  }
}
