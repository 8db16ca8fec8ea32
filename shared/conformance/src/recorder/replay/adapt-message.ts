import { decode, encode } from '@msgpack/msgpack';
import type { SplitMessage } from '../message-splitter.ts';
import type { IdReplacer } from './id-replacer.ts';
import { frame, withoutPrefix } from './message-frame.ts';

/**
 * Returns the payload of a recorded client message for the replay, with the ids that the server has
 * chosen this time. `invocationId` is replaced by `newInvocationId`, if the latter is known.
 */
export function adaptMessage(
  message: SplitMessage,
  connectionIds: IdReplacer,
  invocationId: string | undefined,
  newInvocationId: string | undefined,
): string | Buffer {
  const newId = newInvocationId === invocationId ? undefined : newInvocationId;
  if ('text' in message) {
    const text = connectionIds.replace(message.text);
    return `${newId === undefined ? text : replaceInvocationId(text, invocationId, newId)}\u001e`;
  }
  const hasIds = connectionIds.isIn(message.bytes.toString('latin1'));
  if (!hasIds && newId === undefined) return message.bytes;
  const options = { useBigInt64: true } as const;
  const content = decode(withoutPrefix(message.bytes), options) as unknown[];
  if (newId !== undefined) content[2] = newId;
  return frame(encode(mapStrings(content, connectionIds), options));
}

/** Replaces the id in the text, because a parser would round large numbers of the result. */
function replaceInvocationId(text: string, id: string | undefined, newId: string): string {
  const member = (value: string | undefined): string => `"invocationId":${JSON.stringify(value)}`;
  const replaced = text.replace(member(id), () => member(newId));
  const content = JSON.parse(replaced) as Readonly<Record<string, unknown>>;
  if (content['invocationId'] === newId) return replaced;
  return JSON.stringify({ ...(JSON.parse(text) as object), invocationId: newId });
}

function mapStrings(value: unknown, ids: IdReplacer): unknown {
  if (typeof value === 'string') return ids.replace(value);
  if (Array.isArray(value)) return value.map((item) => mapStrings(item, ids));
  if (
    typeof value !== 'object' ||
    value === null ||
    Object.getPrototypeOf(value) !== Object.prototype
  )
    return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key, mapStrings(member, ids)]),
  );
}
