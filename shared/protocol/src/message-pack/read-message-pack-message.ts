import { Decoder } from '@msgpack/msgpack';
import { errors } from '../errors.ts';
import { type HubMessage, MessageType } from '../hub-message.ts';
import type { MessagePackPayloadSerializer } from './message-pack-payload-serializer.ts';
import { readInOrder } from './read-in-order.ts';
import { ResultKind } from './result-kind.ts';
import { convertKey, decodeHarmless } from './harmless-decoder.ts';
import { checkMessagePack } from './safe-message-pack.ts';

type Members = readonly unknown[];

const decoder = new Decoder({ mapKeyConverter: convertKey });

/**
 * Reads a message. A message that cannot be decoded as a whole is read again, member by member,
 * because ASP.NET Core reports the first invalid member and ignores what follows the last one.
 */
export function readMessagePackMessage(
  message: Uint8Array,
  serializer: MessagePackPayloadSerializer | undefined,
): HubMessage | undefined {
  try {
    return readMessage(message, serializer);
  } catch {
    const copy = new Uint8Array(message);
    return readInOrder(copy, (bytes) =>
      serializer === undefined ? decodeHarmless(bytes) : decodeValue(serializer, bytes),
    );
  }
}

/** Reads a call without its arguments and uploads. Returns undefined if the message is no call. */
function readInvocation(members: Members, bytes: Uint8Array): HubMessage | undefined {
  const type = int(members, 0, 'messageType');
  if (type !== MessageType.Invocation && type !== MessageType.StreamInvocation) return undefined;
  readHeaders(members);
  const invocationId =
    type === MessageType.StreamInvocation
      ? requiredText(members, 2, 'invocationId', 'invocation ID for StreamInvocation message')
      : text(members, 2, 'invocationId') || undefined;
  const target = requiredText(members, 3, 'target', 'target for Invocation message');
  checkText(bytes, checkText(bytes, ID_START, invocationId), target);
  return { type, invocationId, target, arguments: [], streamIds: undefined } as HubMessage;
}

/**
 * One message as bytes; undefined for an unknown type, which a later version of the protocol may
 * bring.
 */
function readMessage(
  message: Uint8Array,
  serializer: MessagePackPayloadSerializer | undefined,
): HubMessage | undefined {
  // Binaries are views. A copy keeps them from holding the whole chunk in memory, and from changing
  // with it.
  const bytes = checkMessagePack(message) ? new Uint8Array(message) : message;
  const members = decode(decoder, bytes);
  // A replaced serializer reads the message a second time: the protocol's own members must not
  // depend on it.
  const payload = (): Members => (serializer === undefined ? members : decode(serializer, bytes));
  const type = int(members, 0, 'messageType');
  checkHead(bytes, type);
  switch (type) {
    case MessageType.Invocation:
    case MessageType.StreamInvocation: {
      const invocation = readInvocation(members, bytes);
      if (!Array.isArray(members[4])) throw wrongArray('arguments');
      const values = payload()[4] as unknown[];
      return { ...invocation, arguments: values, streamIds: readStreamIds(members) } as HubMessage;
    }
    case MessageType.StreamItem: {
      readHeaders(members);
      const invocationId = requiredText(
        members,
        2,
        'invocationId',
        'invocation ID for StreamItem message',
      );
      if (members.length < 4) throw errors.endOfMessagePack();
      checkText(bytes, ID_START, invocationId);
      return { type, invocationId, item: payload()[3] };
    }
    case MessageType.Completion: {
      readHeaders(members);
      const invocationId = requiredText(
        members,
        2,
        'invocationId',
        'invocation ID for Completion message',
      );
      const kind = int(members, 3, 'resultKind');
      // The decoder cannot tell an integer from a float.
      if (bytes[checkText(bytes, ID_START, invocationId)] !== kind)
        throw errors.invalidMessagePack();
      if (kind === ResultKind.Void)
        return { type, invocationId, error: undefined, hasResult: false, result: undefined };
      if (kind === ResultKind.Error) {
        const error = text(members, 4, 'error') ?? '';
        return { type, invocationId, error, hasResult: false, result: undefined };
      }
      if (kind !== ResultKind.NonVoid) throw errors.invalidResultKind();
      if (members.length < 5) throw errors.endOfMessagePack();
      return { type, invocationId, error: undefined, hasResult: true, result: payload()[4] };
    }
    case MessageType.CancelInvocation: {
      readHeaders(members);
      const invocationId = requiredText(
        members,
        2,
        'invocationId',
        'invocation ID for CancelInvocation message',
      );
      checkText(bytes, ID_START, invocationId);
      return { type, invocationId };
    }
    case MessageType.Ping:
      return PING;
    case MessageType.Close: {
      const allowReconnect = members[2];
      if (members.length > 2 && typeof allowReconnect !== 'boolean')
        throw wrongType('allowReconnect', 'Boolean');
      return {
        type,
        error: text(members, 1, 'error'),
        allowReconnect: allowReconnect as boolean | undefined,
      };
    }
    case MessageType.Ack:
    case MessageType.Sequence:
      return { type, sequenceId: int(members, 1, 'sequenceId', 'Int64') };
    default:
      return undefined;
  }
}

const PING: HubMessage = Object.freeze({ type: MessageType.Ping });

const FIXARRAY = 0x90;
const FIXSTR = 0xa0;
const MAXIMUM_FIXSTR = 31;
const STR8 = 0xd9;
/** The index of the invocation id, after an array header, the type and an empty map of headers. */
const ID_START = 3;

/**
 * Throws if the array header or the type is not written as encoders usually do. The decoder reads
 * some values that ASP.NET Core refuses, such as a float for the type, so these messages are read
 * again, member by member.
 */
function checkHead(bytes: Uint8Array, type: number): void {
  const hasShortHeader = ((bytes[0] as number) & 0xf0) === FIXARRAY;
  if (!hasShortHeader || bytes[1] !== type) throw errors.invalidMessagePack();
}

/**
 * Returns the index after a string that starts at `start`. Throws unless the string is ASCII: the
 * decoder reads invalid UTF-8 as other characters, so the number of bytes may not match.
 */
function checkText(bytes: Uint8Array, start: number, value: string | undefined): number {
  if (value === undefined) return start + 1;
  const isShort = value.length <= MAXIMUM_FIXSTR;
  const textStart = start + (isShort ? 1 : 2);
  const isHeaderValid = isShort
    ? bytes[start] === FIXSTR + value.length
    : bytes[start] === STR8 && bytes[start + 1] === value.length;
  const end = textStart + value.length;
  if (!isHeaderValid) throw errors.invalidMessagePack();
  for (let i = textStart; i < end; i++) {
    if ((bytes[i] as number) > 0x7f) throw errors.invalidMessagePack();
  }
  return end;
}

interface ValueDecoder {
  decode(bytes: Uint8Array): unknown;
}

function decodeValue(by: ValueDecoder, bytes: Uint8Array): unknown {
  try {
    return by.decode(bytes);
  } catch {
    throw errors.invalidMessagePack();
  }
}

function decode(by: ValueDecoder, bytes: Uint8Array): Members {
  const value = decodeValue(by, bytes);
  if (!Array.isArray(value)) throw wrongArray('elementCount');
  return value;
}

function readHeaders(members: Members): void {
  const headers = members[1];
  if (
    typeof headers !== 'object' ||
    headers === null ||
    Object.getPrototypeOf(headers) !== Object.prototype
  ) {
    throw errors.readingMapFailed('headers');
  }
  // Nothing uses them yet. Their types must be checked, which the other reader does.
  if (Object.keys(headers).length > 0) throw errors.invalidMessagePack();
}

function readStreamIds(members: Members): readonly string[] | undefined {
  if (members.length < 6) return undefined;
  const ids = members[5];
  if (!Array.isArray(ids)) throw wrongArray('streamIds');
  if (!ids.every((id) => typeof id === 'string' && id !== ''))
    throw wrongType('streamIds', 'String');
  return ids.length === 0 ? undefined : (ids as string[]);
}

/** Nil is no text; a text that is absent is an error. */
function text(members: Members, index: number, name: string): string | undefined {
  const value = members[index];
  if (value === null) return undefined;
  if (typeof value !== 'string') throw wrongType(name, 'String');
  return value;
}

function requiredText(members: Members, index: number, name: string, of: string): string {
  const value = text(members, index, name);
  if (value === undefined || value === '') throw errors.nullOrEmpty(of);
  return value;
}

function int(
  members: Members,
  index: number,
  name: string,
  type: 'Int32' | 'Int64' = 'Int32',
): number {
  const value = members[index];
  if (typeof value !== 'number' || !Number.isInteger(value)) throw wrongType(name, type);
  const limit = type === 'Int32' ? 2 ** 31 : 2 ** 63;
  if (value >= limit || value < -limit) throw wrongType(name, type);
  return value;
}

const wrongType = (name: string, type: string) => errors.readingFailed(name, type);
const wrongArray = (name: string) => errors.readingArrayFailed(name);
