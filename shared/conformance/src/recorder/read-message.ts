import { decodeMulti } from '@msgpack/msgpack';
import type { SplitMessage } from './message-splitter.ts';

/** The kinds of messages that replays treat in a special way. Source: HubProtocol.md. */
export const hubMessage = {
  invocation: 1,
  completion: 3,
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
}

/** Reads a message. Never throws: a message that cannot be read is compared as it is. */
export function readMessage(message: SplitMessage): ReadMessage {
  return 'text' in message ? readText(message.text) : readBytes(message.bytes);
}

function readText(text: string): ReadMessage {
  try {
    const content = JSON.parse(text) as unknown;
    const { type, invocationId } = content as Readonly<Record<string, unknown>>;
    return { content, type: numberOf(type), invocationId: stringOf(invocationId) };
  } catch {
    return { content: text, type: undefined, invocationId: undefined };
  }
}

function readBytes(bytes: Buffer): ReadMessage {
  try {
    const prefixLength = bytes.findIndex((byte) => (byte & 0x80) === 0) + 1;
    const [content] = decodeMulti(bytes.subarray(prefixLength), { useBigInt64: false });
    const [type, , invocationId] = content as readonly unknown[];
    return {
      content: showBytes(content),
      type: numberOf(type),
      invocationId: stringOf(invocationId),
    };
  } catch {
    return { content: bytes.toString('base64'), type: undefined, invocationId: undefined };
  }
}

/** Replaces what JSON cannot show: bytes and big integers. */
function showBytes(value: unknown): unknown {
  if (value instanceof Uint8Array) return `base64:${Buffer.from(value).toString('base64')}`;
  if (typeof value === 'bigint') return String(value);
  if (Array.isArray(value)) return value.map(showBytes);
  if (value instanceof Date || typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, showBytes(member)]));
}

const numberOf = (value: unknown): number | undefined =>
  typeof value === 'number' ? value : undefined;
const stringOf = (value: unknown): string | undefined =>
  typeof value === 'string' ? value : undefined;
