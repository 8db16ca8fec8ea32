import { decodeMulti } from '@msgpack/msgpack';
import type { SplitMessage } from '../message-splitter.ts';
import type { MessageEvent } from '../recorded-event.ts';
import { withoutPrefix } from './message-frame.ts';

/** The kinds of messages that replays treat in a special way. Source: HubProtocol.md. */
export const hubMessage = {
  invocation: 1,
  streamItem: 2,
  completion: 3,
  streamInvocation: 4,
  cancelInvocation: 5,
  ping: 6,
  close: 7,
  ack: 8,
  sequence: 9,
} as const;

/** A hub message as a value that can be compared, and what replays need to know about it. */
export interface ReadMessage {
  /** JSON: the object. MessagePack: the array. Text that is not JSON stays text. */
  readonly content: unknown;
  /** Undefined for a handshake. */
  readonly type: number | undefined;
  readonly invocationId: string | undefined;
  /** The number of the next message, in a Sequence message. */
  readonly sequenceId: number | undefined;
}

/**
 * Returns whether a stateful reconnect numbers a message. A handshake has no type. Source:
 * `MessageBuffer` of the official client.
 */
export const isNumbered = ({ type }: ReadMessage): boolean =>
  type !== undefined && type >= hubMessage.invocation && type <= hubMessage.cancelInvocation;

/** Returns a recorded message as it was sent. */
export const contentOf = ({ text, bytes }: MessageEvent): SplitMessage =>
  text === undefined ? { bytes: Buffer.from(bytes ?? '', 'base64') } : { text };

/** Reads a message. Never throws: a message that cannot be read is compared as it is. */
export function readMessage(message: SplitMessage): ReadMessage {
  return 'text' in message ? readText(message.text) : readBytes(message.bytes);
}

function readText(text: string): ReadMessage {
  try {
    const content = JSON.parse(keepLargeNumbers(text)) as unknown;
    const { type, invocationId, sequenceId } = content as Readonly<Record<string, unknown>>;
    return {
      content,
      type: numberOf(type),
      invocationId: stringOf(invocationId),
      sequenceId: numberOf(sequenceId),
    };
  } catch {
    return unreadable(text);
  }
}

function readBytes(bytes: Buffer): ReadMessage {
  try {
    const [content] = decodeMulti(withoutPrefix(bytes), { useBigInt64: true });
    const shown = showValue(content) as readonly unknown[];
    const [type, second, third] = shown;
    return {
      content: shown,
      type: numberOf(type),
      invocationId: stringOf(third),
      sequenceId: numberOf(second),
    };
  } catch {
    return unreadable(bytes.toString('base64'));
  }
}

const unreadable = (content: string): ReadMessage => ({
  content,
  type: undefined,
  invocationId: undefined,
  sequenceId: undefined,
});

/** A quote, an escaped character, or a number. */
const tokens = /"|\\.|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/** Writes integers as strings if JavaScript would round them, so that they can be compared. */
function keepLargeNumbers(json: string): string {
  if (!/\d{16}/.test(json)) return json;
  let isInString = false;
  return json.replace(tokens, (part) => {
    if (part === '"') isInString = !isInString;
    const isRounded = /^-?\d+$/.test(part) && !Number.isSafeInteger(Number(part));
    return isRounded && !isInString ? `"number ${part}"` : part;
  });
}

/** Replaces what JSON cannot show: bytes, big integers, and numbers that are not finite. */
function showValue(value: unknown): unknown {
  if (value instanceof Uint8Array) return `base64:${Buffer.from(value).toString('base64')}`;
  if (typeof value === 'bigint')
    return Number.isSafeInteger(Number(value)) ? Number(value) : `number ${value}`;
  if (typeof value === 'number') return Number.isFinite(value) ? value : `number ${value}`;
  if (Array.isArray(value)) return value.map(showValue);
  if (value instanceof Date || typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, showValue(member)]));
}

const numberOf = (value: unknown): number | undefined =>
  typeof value === 'number' ? value : undefined;
const stringOf = (value: unknown): string | undefined =>
  typeof value === 'string' ? value : undefined;
