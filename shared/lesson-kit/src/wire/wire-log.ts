import { type HubProtocol, MessageType } from '@practical-signalr/protocol';
import type { ObservedRequest } from './observe/observed-request.ts';
import { learnSecrets } from './redact.ts';
import { type Direction, WireEntry } from './wire-entry.ts';
import { type FrameMessage, readFrame } from './wire-frames.ts';

/** The maximum number of entries. The oldest are removed first. */
const KEPT = 10_000;
/** The maximum number of bytes, so that large messages do not fill the memory of the page. */
const KEPT_BYTES = 16 * 1024 * 1024;
/** The maximum number of calls that wait for their completion. */
const KEPT_CALLS = 1000;
/** The maximum number of bytes that are kept of an HTTP response, such as a whole page. */
const LONGEST_NOTE = 64 * 1024;

/** A limited log of requests and frames. It pairs calls, and its entries decode on demand. */
export class WireLog {
  /** Whether entries are recorded. */
  on = true;
  readonly #now: () => number;
  readonly #binary: HubProtocol | undefined;
  #entries: (WireEntry | undefined)[] = [];
  /** The index of the oldest entry, so that removing one does not copy the others. */
  #start = 0;
  #bytes = 0;
  #next = 0;
  readonly #calls = new Map<string, WireEntry>();
  #began: number | undefined;

  /** `now` returns ms. `binary` decodes MessagePack frames. */
  constructor(now: () => number, binary?: HubProtocol) {
    this.#now = now;
    this.#binary = binary;
  }

  /** The entries, oldest first. */
  get entries(): WireEntry[] {
    return this.#entries.slice(this.#start) as WireEntry[];
  }

  get length(): number {
    return this.#entries.length - this.#start;
  }

  /** The number of bytes of all entries. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The number of the oldest entry. */
  get first(): number {
    return this.#next - this.length;
  }
  get next(): number {
    return this.#next;
  }

  /** Returns the entry with a number, if it is still in the log. */
  at(number: number): WireEntry | undefined {
    return this.#entries[this.#start + number - this.first];
  }

  /** Records a request, a response or an event of a transport. */
  note(direction: Direction, kind: string, text: string, request?: ObservedRequest): void {
    if (!this.on) return;
    learnSecrets(text);
    const raw = text.slice(0, LONGEST_NOTE);
    this.#push({ direction, kind, raw, bytes: request === undefined ? raw.length : 0, request });
  }

  /** Records a frame with all its messages. `connection` separates the calls of connections. */
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

  /** Pairs a completion with its invocation, which has the opposite direction. */
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
