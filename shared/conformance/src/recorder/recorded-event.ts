import { readFileSync } from 'node:fs';
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

/** Returns whether a transport was opened. A WebSocket is not, if the server responds with 200. */
export const isOpened = (transport: RecordedTransport, status: number | string): boolean =>
  status === (transport === 'WebSockets' ? 101 : 200);

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

/**
 * Reads a file. Throws if it is not a recording. If the recorder was killed, the last line may be
 * cut off: it is ignored, and `onProblem` is called.
 */
export function readEvents(
  path: string,
  onProblem: (message: string) => void = () => undefined,
): RecordedEvent[] {
  const [first = '', ...lines] = readText(path).split('\n');
  const header = parse(first) as Partial<RecordedHeader> | null | undefined;
  if (header?.format !== FORMAT) throw new Error(errorTexts.notARecording(path));
  // A complete file ends with a line break, unless an editor has removed it.
  const last = lines.at(-1) ?? '';
  if (last === '' || !isEvent(parse(last))) {
    lines.pop();
    if (last !== '') onProblem(errorTexts.lastLineIsCutOff(path));
  }
  return lines.map((line, index) => {
    const event = parse(line);
    if (!isEvent(event)) throw new Error(errorTexts.damagedRecording(path, index + 2));
    return event;
  });
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new Error(errorTexts.cannotRead((error as Error).message), { cause: error });
  }
}

/** Returns undefined for text that is not JSON. */
function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

const transports = new Set<unknown>(['WebSockets', 'ServerSentEvents', 'LongPolling']);

/**
 * Returns whether a value is an event that can be played. A path must start with a slash: it would
 * otherwise change the host to which the replay sends its token.
 */
function isEvent(value: unknown): value is RecordedEvent {
  if (typeof value !== 'object' || value === null) return false;
  const { type, connection, path, query, status, transport, from, by, text, bytes } =
    value as Readonly<Record<string, unknown>>;
  if (typeof connection !== 'number') return false;
  const isRequest =
    typeof path === 'string' &&
    path.startsWith('/') &&
    typeof query === 'string' &&
    typeof status === 'number';
  switch (type) {
    case 'negotiate':
      return isRequest;
    case 'open':
      return isRequest && transports.has(transport);
    case 'message':
      return isSide(from) && (typeof text === 'string' || typeof bytes === 'string');
    default:
      return type === 'close' && isSide(by);
  }
}

const isSide = (value: unknown): boolean => value === 'client' || value === 'server';
