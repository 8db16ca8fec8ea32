import { type HubProtocol, MessageType, RECORD_SEPARATOR } from '@practical-signalr/protocol';
import type { ObservedRequest } from './observe/observed-request.ts';
import { hexDump } from './hex-dump.ts';
import { redact } from './redact.ts';
import { decodeBinary } from './wire-frames.ts';

export type Direction = 'sent' | 'received';

/** The data of an entry. */
export interface WireFacts {
  readonly number: number;
  readonly direction: Direction;
  readonly kind: string;
  readonly raw: string | Uint8Array;
  readonly bytes: number;
  readonly at: number;
  readonly request?: ObservedRequest | undefined;
}

/** One row of the wire panel. Its texts are created on demand and never contain a token. */
export class WireEntry {
  /** The sequence number. Entries of a log are numbered without gaps. */
  readonly number: number;
  readonly direction: Direction;
  /** For example `POST negotiate`, `invocation 0`. */
  readonly kind: string;
  readonly bytes: number;
  /** Milliseconds since the first entry. */
  readonly at: number;
  /** For completions: milliseconds since their invocation. */
  after: number | undefined;
  /** The completion of an invocation, or the invocation of a completion. */
  pair: WireEntry | undefined;
  readonly #raw: string | Uint8Array;
  readonly #request: ObservedRequest | undefined;
  readonly #binary: HubProtocol | undefined;
  #body: string | undefined;

  constructor(
    { number, direction, kind, raw, bytes, at, request }: WireFacts,
    binary?: HubProtocol,
  ) {
    this.number = number;
    this.direction = direction;
    this.kind = kind;
    this.bytes = bytes;
    this.at = at;
    this.#raw = raw;
    this.#request = request;
    this.#binary = binary;
  }

  get isRequest(): boolean {
    return this.#request !== undefined;
  }

  /** The content in one line. For a request, with its status and the location of its token. */
  get body(): string {
    this.#body ??= redact(
      typeof this.#raw === 'string'
        ? this.#raw.replace(RECORD_SEPARATOR, '')
        : JSON.stringify(this.#decoded(), readable),
    );
    if (this.#request === undefined) return this.#body;
    const { status, failed, tokenIn } = this.#request;
    const outcome = status ?? (failed === true ? 'failed, the browser hides the status' : '…');
    return `${outcome} · ${tokenIn === 'none' ? 'no token' : `token in ${tokenIn}`} · ${this.#body}`;
  }

  /** The body: a call as `Target(arguments)`, a completion as its result or error. */
  get summary(): string {
    if (this.#request !== undefined) return this.body;
    const {
      type,
      target,
      arguments: values,
      item,
      error,
      result,
    } = (this.#decoded() ?? {}) as Record<string, unknown>;
    switch (type) {
      case MessageType.Invocation:
      case MessageType.StreamInvocation:
        return redact(
          `${String(target)}(${Array.isArray(values) ? values.map(inLine).join(', ') : ''})`,
        );
      case MessageType.StreamItem:
        return redact(inLine(item));
      case MessageType.Completion:
        return redact(typeof error === 'string' ? `error: ${error}` : inLine(result ?? null));
      default:
        return this.body;
    }
  }

  /** Milliseconds since the call, with a plus sign, or since the first entry. */
  get time(): string {
    return this.after === undefined ? `${Math.round(this.at)} ms` : `+${this.after.toFixed(1)} ms`;
  }

  /** The entry as one line, for the filter and for copying. */
  get text(): string {
    return `${this.time} ${this.direction} ${this.kind} ${this.bytes} B ${this.body}`;
  }

  /** The decoded message, over several lines. A body that is not JSON stays unchanged. */
  get decoded(): string {
    const members = this.#decoded();
    if (members === undefined) return this.body;
    return redact(JSON.stringify(members, readable, 2));
  }

  /** The encoded message: text with its separator, or bytes in hex. */
  get encoded(): string {
    return typeof this.#raw === 'string' ? redact(this.#raw) : hexDump(this.#raw);
  }

  #decoded(): unknown {
    if (typeof this.#raw !== 'string')
      return decodeBinary(this.#raw, this.#binary) ?? `${this.bytes} bytes`;
    try {
      return JSON.parse(this.#raw.replace(RECORD_SEPARATOR, '')) as unknown;
    } catch {
      return undefined;
    }
  }
}

const inLine = (value: unknown): string => JSON.stringify(value, readable) ?? 'null';

/** Converts values that MessagePack has and JSON does not have. */
function readable(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return `${value}n`;
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  if (value instanceof Map) return Object.fromEntries(value) as unknown;
  return value;
}
