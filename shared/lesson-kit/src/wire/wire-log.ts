import { type HubProtocol, MessageType } from '@practical-signalr/protocol';
import type { ObservedRequest } from './observe/observed-request.ts';
import { learnSecrets } from './redact.ts';
import { type Direction, WireEntry } from './wire-entry.ts';
import { type FrameMessage, readFrame } from './wire-frames.ts';

/** Entries that are kept; the oldest go first. */
const KEPT = 10_000;
/** Bytes that are kept, so that large messages do not fill the page's memory. */
const KEPT_BYTES = 16 * 1024 * 1024;
/** Calls that wait for their completion. */
const KEPT_CALLS = 1000;
/** Of an answer over HTTP, such as a whole page, no more is kept. */
const LONGEST_NOTE = 64 * 1024;

/** What went over the wire, paired and bounded; entries decode themselves when somebody looks. */
export class WireLog {
  /** Whether anything is noted at all. */
  on = true;
  readonly #now: () => number;
  readonly #binary: HubProtocol | undefined;
  #entries: (WireEntry | undefined)[] = [];
  /** Where the kept entries begin: dropping one is not a copy of all. */
  #start = 0;
  #bytes = 0;
  #next = 0;
  readonly #calls = new Map<string, WireEntry>();
  #began: number | undefined;

  /** `now` in ms; `binary` decodes frames of bytes (MessagePack). */
  constructor(now: () => number, binary?: HubProtocol) {
    this.#now = now;
    this.#binary = binary;
  }

  /** The kept entries, oldest first. */
  get entries(): WireEntry[] {
    return this.#entries.slice(this.#start) as WireEntry[];
  }

  get length(): number {
    return this.#entries.length - this.#start;
  }

  /** Bytes of the kept entries. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Number of the oldest kept entry, and of the next one. */
  get first(): number {
    return this.#next - this.length;
  }
  get next(): number {
    return this.#next;
  }

  /** The kept entry with a number. */
  at(number: number): WireEntry | undefined {
    return this.#entries[this.#start + number - this.first];
  }

  /** Notes a request, an answer or an event of a transport. */
  note(direction: Direction, kind: string, text: string, request?: ObservedRequest): void {
    if (!this.on) return;
    learnSecrets(text);
    const raw = text.slice(0, LONGEST_NOTE);
    this.#push({ direction, kind, raw, bytes: request === undefined ? raw.length : 0, request });
  }

  /** Notes a frame with all its messages. `connection` tells apart the calls of several connections. */
  frame(direction: Direction, data: string | Uint8Array, connection = ''): void {
    if (!this.on) return;
    for (const message of readFrame(data, this.#binary)) {
      const { kind, raw, bytes } = message;
      this.#pair(this.#push({ direction, kind, raw, bytes }), message, connection);
    }
  }

  clear(): void {
    this.#entries = [];
    this.#start = this.#bytes = 0;
    this.#calls.clear();
    this.#began = undefined;
  }

  /** A completion goes the other way than its invocation; either side may ask. */
  #pair(entry: WireEntry, { type, id }: FrameMessage, connection: string): void {
    if (id === undefined) return;
    const { direction } = entry;
    if (type === MessageType.Invocation || type === MessageType.StreamInvocation) {
      this.#calls.set(`${direction} ${id} ${connection}`, entry);
      if (this.#calls.size > KEPT_CALLS)
        for (const [oldest] of this.#calls) return void this.#calls.delete(oldest);
    } else if (type === MessageType.Completion) {
      const key = `${direction === 'sent' ? 'received' : 'sent'} ${id} ${connection}`;
      const call = this.#calls.get(key);
      if (call === undefined) return;
      this.#calls.delete(key);
      entry.after = entry.at - call.at;
      entry.pair = call;
      call.pair = entry;
    }
  }

  #push(facts: {
    direction: Direction;
    kind: string;
    raw: string | Uint8Array;
    bytes: number;
    request?: ObservedRequest | undefined;
  }): WireEntry {
    const now = this.#now();
    this.#began ??= now;
    const entry = new WireEntry(
      { ...facts, number: this.#next++, at: now - this.#began },
      this.#binary,
    );
    this.#entries.push(entry);
    this.#bytes += entry.bytes;
    while (this.length > KEPT || (this.#bytes > KEPT_BYTES && this.length > 1)) this.#drop();
    return entry;
  }

  #drop(): void {
    const oldest = this.#entries[this.#start];
    this.#entries[this.#start++] = undefined;
    this.#bytes -= oldest?.bytes ?? 0;
    if (oldest?.pair !== undefined) oldest.pair.pair = undefined;
    if (this.#start < KEPT / 10) return;
    this.#entries.splice(0, this.#start);
    this.#start = 0;
  }
}
