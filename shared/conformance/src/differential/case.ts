import type { Random } from './random.ts';
import type { MessageRecord, Protocol } from './messages/trees.ts';

export type Headers = Readonly<Record<string, string>>;

/**
 * One step of a case. The members `http`, `ws`, `sse`, `wait`, `closeCode` and `terminate` select
 * what it does; otherwise it sends.
 */
export interface Step {
  /** The connection that is used. Default: `a`. */
  readonly on?: string;
  readonly records?: readonly MessageRecord[];
  /** The frames are binary, or text, although the protocol is not. */
  readonly binary?: boolean;
  /** Where the bytes are cut into messages, or into fragments of one. */
  readonly cuts?: readonly number[];
  readonly fragments?: boolean;
  /** Waits for the client result with this number, and sends a result for it. */
  readonly answer?: number;
  /** Whether the next step waits a moment. */
  readonly then?: boolean;
  readonly http?: string;
  readonly path?: string;
  readonly headers?: Headers;
  readonly body?: string;
  /** Keeps the ids in the response under this name. */
  readonly learn?: string;
  /** The response belongs to the messages of this long-polling connection. */
  readonly polls?: string;
  readonly protocol?: Protocol;
  /** Opens a WebSocket under this name. */
  readonly ws?: string;
  readonly subprotocols?: readonly string[];
  readonly noHandshake?: boolean;
  /** Opens an event stream under this name. */
  readonly sse?: string;
  readonly wait?: number;
  /** Waits for the completions of the calls. */
  readonly settle?: boolean;
  readonly closeCode?: number;
  readonly terminate?: boolean;
}

/** What a grammar generates. It is plain data, so that it can be made smaller. */
export interface CaseContent {
  readonly protocol: Protocol;
  /** The hub that the case is connected to. Without it, the steps open their own connections. */
  readonly hub?: string;
  readonly query?: string;
  readonly headers?: Headers;
  /** The names of the connections. Default: `a`. */
  readonly connections?: readonly string[];
  readonly queries?: Readonly<Record<string, string>>;
  /** The methods by invocation id. */
  readonly calls: Readonly<Record<string, string>>;
  /** Calls run concurrently, so only the order of the messages of each call counts. */
  readonly concurrent?: boolean;
  /** Whether no call is made at the end. */
  readonly noBarrier?: boolean;
  readonly steps: readonly Step[];
}

/** A case of a seed. */
export interface Case extends CaseContent {
  readonly seed: number;
  readonly index: number;
  readonly grammar: string;
}

/** Generates cases of one kind. */
export interface Grammar {
  readonly name: string;
  readonly weight: number;
  /** The cases reach other connections, so they run one at a time. */
  readonly exclusive?: boolean;
  generate(random: Random): CaseContent;
}
