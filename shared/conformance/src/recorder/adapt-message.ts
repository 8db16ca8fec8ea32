import { decode, encode } from '@msgpack/msgpack';
import type { SplitMessage } from './message-splitter.ts';

/**
 * Returns the payload of a recorded client message for the replay, with the ids that the server has
 * chosen this time. `invocationId` is replaced by `newInvocationId`, if the latter is known.
 */
export function adaptMessage(
  message: SplitMessage,
  connectionIds: ReadonlyMap<string, string>,
  invocationId: string | undefined,
  newInvocationId: string | undefined,
): string | Buffer {
  const replaceIds = (text: string): string => {
    let replaced = text;
    for (const [id, newId] of connectionIds) replaced = replaced.replaceAll(id, newId);
    return replaced;
  };
  const isReplaced = newInvocationId !== undefined && newInvocationId !== invocationId;
  if ('text' in message) {
    let text = replaceIds(message.text);
    if (isReplaced) text = JSON.stringify({ ...JSON.parse(text), invocationId: newInvocationId });
    return `${text}\u001e`;
  }
  const original = message.bytes.toString('latin1');
  const hasIds = [...connectionIds.keys()].some((id) => original.includes(id));
  if (!hasIds && !isReplaced) return message.bytes;
  const prefixLength = message.bytes.findIndex((byte) => (byte & 0x80) === 0) + 1;
  const content = decode(message.bytes.subarray(prefixLength)) as unknown[];
  if (isReplaced) content[2] = newInvocationId;
  return frame(encode(mapStrings(content, replaceIds)));
}

function mapStrings(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((item) => mapStrings(item, change));
  if (
    typeof value !== 'object' ||
    value === null ||
    Object.getPrototypeOf(value) !== Object.prototype
  )
    return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key, mapStrings(member, change)]),
  );
}

/** Adds the length prefix of the MessagePack hub protocol. */
function frame(body: Uint8Array): Buffer {
  const prefix: number[] = [];
  let rest = body.length;
  while (rest >= 0x80) {
    prefix.push((rest & 0x7f) | 0x80);
    rest >>>= 7;
  }
  prefix.push(rest);
  return Buffer.concat([Buffer.from(prefix), body]);
}
