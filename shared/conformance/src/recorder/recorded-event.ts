import { openSync, readFileSync, writeSync, closeSync } from 'node:fs';
import { errorTexts } from '../error-texts.ts';

/** The version of the format. A file of another version is refused. */
export const FORMAT = 'signalr-record 1';

/** The transports by the names of negotiation. */
export type RecordedTransport = 'WebSockets' | 'ServerSentEvents' | 'LongPolling';

/** The first line of a file. */
export interface RecordedHeader {
  readonly format: typeof FORMAT;
  /** ISO 8601. */
  readonly recordedAt: string;
}

interface EventOfConnection {
  /** The number of the connection, counted from 1. */
  readonly connection: number;
  /** The time since the start of the recording, in ms. Only for readers: replays do not use it. */
  readonly at: number;
}

/** A negotiation. Tokens in the query and in the response are redacted. */
export interface NegotiateEvent extends EventOfConnection {
  readonly type: 'negotiate';
  readonly path: string;
  readonly query: string;
  readonly status: number;
  /** The response, or its text if it is not JSON. */
  readonly response: unknown;
}

/** A transport was opened, or refused. */
export interface OpenEvent extends EventOfConnection {
  readonly type: 'open';
  readonly transport: RecordedTransport;
  readonly path: string;
  readonly query: string;
  /** 101 for a WebSocket, 200 for the other transports. */
  readonly status: number;
}

/** One hub message. */
export interface MessageEvent extends EventOfConnection {
  readonly type: 'message';
  readonly from: 'client' | 'server';
  /** A JSON message without its record separator. */
  readonly text?: string;
  /** A MessagePack message with its length prefix, in Base64. */
  readonly bytes?: string;
}

/** The transport was closed. */
export interface CloseEvent extends EventOfConnection {
  readonly type: 'close';
  readonly by: 'client' | 'server';
}

export type RecordedEvent = NegotiateEvent | OpenEvent | MessageEvent | CloseEvent;

/** Writes events to a file, one JSON object per line. */
export class EventWriter {
  readonly #file: number;
  readonly #maximum: number;
  #written = 0;
  #count = 0;
  #isClosed = false;

  /** Replaces the file. `maximum` is its maximum size in bytes. */
  constructor(path: string, maximum: number) {
    this.#file = openSync(path, 'w', 0o600);
    this.#maximum = maximum;
    const header: RecordedHeader = { format: FORMAT, recordedAt: new Date().toISOString() };
    this.#line(header);
  }

  /** The number of events in the file. */
  get count(): number {
    return this.#count;
  }

  /** True if the file has reached its maximum size. Further events are not recorded. */
  get isFull(): boolean {
    return this.#written >= this.#maximum;
  }

  /** Writes at once, so that a recording that is killed keeps everything up to then. */
  write(event: RecordedEvent): void {
    if (this.isFull || this.#isClosed) return;
    this.#line(event);
    this.#count++;
  }

  close(): void {
    this.#isClosed = true;
    closeSync(this.#file);
  }

  #line(value: RecordedHeader | RecordedEvent): void {
    this.#written += writeSync(this.#file, `${JSON.stringify(value)}\n`);
  }
}

/** Reads a file. Throws if it is no recording. A last line that was cut off is ignored. */
export function readEvents(path: string): RecordedEvent[] {
  const [first = '', ...lines] = readFileSync(path, 'utf8').split('\n');
  if (!first.includes(`"format":"${FORMAT}"`)) throw new Error(errorTexts.notARecording(path));
  return lines.slice(0, -1).map((line, index) => {
    try {
      return JSON.parse(line) as RecordedEvent;
    } catch {
      throw new Error(errorTexts.damagedRecording(path, index + 2));
    }
  });
}
