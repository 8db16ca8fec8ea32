import { MessageType, RECORD_SEPARATOR } from '@practical-signalr/protocol';
import { redact } from './redact.ts';

/** One line of the wire panel. */
export interface WireEntry {
  readonly direction: 'sent' | 'received';
  /** Decoded type, for example `invocation 0`. */
  readonly kind: string;
  /** What came or went, tokens replaced by dots. */
  readonly body: string;
  readonly bytes: number;
  /** Milliseconds since the first entry. */
  readonly at: number;
  /** For completions: milliseconds since their invocation. */
  readonly after?: number;
}

/** Entries that are kept; the oldest go first. */
const KEPT = 10_000;

/** `StreamInvocation` is shown as `stream invocation`. */
const names = new Map(
  Object.entries(MessageType).map(([name, type]): [number, string] => [
    type,
    name.replace(/(?<=[a-z])[A-Z]/g, ' $&').toLowerCase(),
  ]),
);

/** What went over the wire, decoded, paired and without tokens. */
export class WireLog {
  readonly entries: WireEntry[] = [];
  readonly #now: () => number;
  readonly #calls = new Map<string, number>();
  #first: number | undefined;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Notes a request or an event of a transport. */
  note(direction: WireEntry['direction'], kind: string, body: string): void {
    this.#push({ direction, kind, body: redact(body), bytes: new TextEncoder().encode(body).length });
  }

  /** Notes a frame with all its records. */
  frame(direction: WireEntry['direction'], text: string): void {
    for (const record of text.split(RECORD_SEPARATOR)) {
      if (record === '') continue;
      const { kind, id, type } = describe(record);
      const bytes = new TextEncoder().encode(record).length + 1;
      let after: number | undefined;
      if (
        id !== undefined &&
        direction === 'sent' &&
        (type === MessageType.Invocation || type === MessageType.StreamInvocation) &&
        this.#calls.size < KEPT
      ) {
        this.#calls.set(id, this.#now());
      }
      if (id !== undefined && direction === 'received' && type === MessageType.Completion) {
        const began = this.#calls.get(id);
        if (began !== undefined) after = this.#now() - began;
        this.#calls.delete(id);
      }
      this.#push({ direction, kind, body: redact(record), bytes, ...(after === undefined ? {} : { after }) });
    }
  }

  clear(): void {
    this.entries.length = 0;
    this.#first = undefined;
  }

  #push(entry: Omit<WireEntry, 'at'>): void {
    const now = this.#now();
    this.#first ??= now;
    this.entries.push({ ...entry, at: now - this.#first });
    if (this.entries.length > KEPT) this.entries.splice(0, this.entries.length - KEPT);
  }
}

function describe(record: string): { kind: string; id?: string; type?: number } {
  let message: { type?: number; invocationId?: string; protocol?: string; error?: string };
  try {
    message = JSON.parse(record) as typeof message;
  } catch {
    return { kind: 'no JSON' };
  }
  const { type, invocationId } = message;
  if (type === undefined) {
    if (message.protocol !== undefined) return { kind: 'handshake' };
    return { kind: message.error === undefined ? 'handshake ok' : 'handshake refused' };
  }
  const kind = `${names.get(type) ?? `type ${type}`}${invocationId === undefined ? '' : ` ${invocationId}`}`;
  return invocationId === undefined ? { kind, type } : { kind, type, id: invocationId };
}
