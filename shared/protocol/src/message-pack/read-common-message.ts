import { Decoder } from '@msgpack/msgpack';
import { type HubMessage, MessageType } from '../hub-message.ts';
import { Cursor, readCommonText, readCommonValue, uncommon } from './common-values.ts';
import { convertKey } from './harmless-decoder.ts';
import type { MessagePackPayloadSerializer } from './message-pack-payload-serializer.ts';
import { ResultKind } from './result-kind.ts';
import { checkMessagePack, valueEnd } from './safe-message-pack.ts';

type Serializer = MessagePackPayloadSerializer | undefined;
type CallType = typeof MessageType.Invocation | typeof MessageType.StreamInvocation;

const FIXARRAY = 0x90;
const MAXIMUM_FIXARRAY = 0x9f;
const NO_HEADERS = 0x80;
const NIL = 0xc0;
/** The index of the invocation id, after an array header, the type and an empty map of headers. */
const ID_START = 3;
/** The index of the values of users among the members of a message. */
const ARGUMENTS_INDEX = 4;
const ITEM_INDEX = 3;
const RESULT_INDEX = 4;

const PING: HubMessage = Object.freeze({ type: MessageType.Ping });
const decoder = new Decoder({ mapKeyConverter: convertKey });

/**
 * Reads a message as most clients write it: without headers, with ASCII names, and with every
 * length in its shortest form. Returns undefined for other messages, which may be valid. The
 * library reads only values that are not strings, small integers, booleans or nil.
 */
export function readCommonMessage(
  bytes: Uint8Array,
  serializer: Serializer,
): HubMessage | undefined {
  const type = bytes[1];
  const count = (bytes[0] as number) - FIXARRAY;
  try {
    switch (type) {
      case MessageType.Invocation:
      case MessageType.StreamInvocation:
        return readCall(bytes, type, count, serializer);
      case MessageType.StreamItem:
        return count === ITEM_INDEX + 1 ? readItem(bytes, serializer) : undefined;
      case MessageType.Completion:
        return readCompletion(bytes, count, serializer);
      case MessageType.Ping:
        return count === 1 && bytes.length === 2 ? PING : undefined;
      default:
        return undefined;
    }
  } catch {
    return undefined; // the other reader reports what is invalid
  }
}

function readCall(
  bytes: Uint8Array,
  type: CallType,
  count: number,
  serializer: Serializer,
): HubMessage | undefined {
  const hasStreamIds = count === ARGUMENTS_INDEX + 2;
  if ((!hasStreamIds && count !== ARGUMENTS_INDEX + 1) || bytes[2] !== NO_HEADERS) return undefined;
  const cursor = new Cursor(bytes, ID_START);
  let invocationId: string | undefined;
  if (bytes[ID_START] === NIL) cursor.at++;
  else {
    invocationId = readCommonText(cursor);
    if (invocationId === undefined || invocationId === '') return undefined;
  }
  if (type === MessageType.StreamInvocation && invocationId === undefined) return undefined;
  const target = readCommonText(cursor);
  if (target === undefined || target === '') return undefined;
  const values = readArguments(cursor, serializer);
  if (values === undefined) return undefined;
  const streamIds = hasStreamIds ? readStreamIds(cursor) : [];
  if (streamIds === undefined || cursor.at !== bytes.length) return undefined;
  return {
    type,
    invocationId,
    target,
    arguments: values,
    streamIds: streamIds.length === 0 ? undefined : streamIds,
  } as HubMessage;
}

function readItem(bytes: Uint8Array, serializer: Serializer): HubMessage | undefined {
  const cursor = new Cursor(bytes, ID_START);
  const invocationId = readId(cursor);
  if (invocationId === undefined) return undefined;
  const item = readLastValue(cursor, serializer, ITEM_INDEX);
  return { type: MessageType.StreamItem, invocationId, item };
}

function readCompletion(
  bytes: Uint8Array,
  count: number,
  serializer: Serializer,
): HubMessage | undefined {
  const type = MessageType.Completion;
  const cursor = new Cursor(bytes, ID_START);
  const invocationId = readId(cursor);
  if (invocationId === undefined) return undefined;
  const kind = bytes[cursor.at];
  cursor.at++;
  const completion = { type, invocationId, error: undefined };
  if (kind === ResultKind.Void && count === RESULT_INDEX && cursor.at === bytes.length) {
    return { ...completion, hasResult: false, result: undefined };
  }
  if (kind !== ResultKind.NonVoid || count !== RESULT_INDEX + 1) return undefined;
  const result = readLastValue(cursor, serializer, RESULT_INDEX);
  return { ...completion, hasResult: true, result };
}

/** Reads the invocation id of a message without headers. It is never empty. */
function readId(cursor: Cursor): string | undefined {
  return cursor.bytes[2] === NO_HEADERS ? readCommonText(cursor) || undefined : undefined;
}

function readArguments(cursor: Cursor, serializer: Serializer): unknown {
  const { bytes, at } = cursor;
  const code = bytes[at] as number;
  if (!(code >= FIXARRAY && code <= MAXIMUM_FIXARRAY)) return undefined;
  if (serializer !== undefined) {
    cursor.at = valueEnd(bytes, at);
    return decodeMember(bytes, serializer, ARGUMENTS_INDEX);
  }
  const values: unknown[] = [];
  cursor.at = at + 1;
  for (let remaining = code - FIXARRAY; remaining > 0; remaining--) {
    const value = readCommonValue(cursor);
    if (value === uncommon) {
      cursor.at = valueEnd(bytes, at);
      return decodeValue(bytes, at, cursor.at);
    }
    values.push(value);
  }
  return values;
}

/** Reads the value at the end of a message. Throws if more bytes follow. */
function readLastValue(cursor: Cursor, serializer: Serializer, index: number): unknown {
  const { bytes, at } = cursor;
  if (serializer !== undefined) return decodeMember(bytes, serializer, index);
  const value = readCommonValue(cursor);
  if (value !== uncommon && cursor.at === bytes.length) return value;
  checkMessagePack(bytes.subarray(at));
  return decodeValue(bytes, at, bytes.length);
}

function readStreamIds(cursor: Cursor): readonly string[] | undefined {
  const code = cursor.bytes[cursor.at] as number;
  if (!(code >= FIXARRAY && code <= MAXIMUM_FIXARRAY)) return undefined;
  cursor.at++;
  const ids: string[] = [];
  for (let remaining = code - FIXARRAY; remaining > 0; remaining--) {
    const id = readCommonText(cursor);
    if (id === undefined || id === '') return undefined;
    ids.push(id);
  }
  return ids;
}

/**
 * Decodes a value whose structure is checked. Binaries are views, so a copy keeps them from holding
 * the whole chunk in memory, and from changing with it.
 */
const decodeValue = (bytes: Uint8Array, start: number, end: number): unknown =>
  decoder.decode(new Uint8Array(bytes.subarray(start, end)));

/** A replaced serializer reads whole messages. */
function decodeMember(
  bytes: Uint8Array,
  serializer: MessagePackPayloadSerializer,
  index: number,
): unknown {
  const message = checkMessagePack(bytes) ? new Uint8Array(bytes) : bytes;
  return (serializer.decode(message) as readonly unknown[])[index];
}
