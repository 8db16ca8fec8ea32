import { errors } from '../errors.ts';
import { type HubMessage, MessageType } from '../hub-message.ts';
import { MemberReader } from './member-reader.ts';
import { ResultKind } from './result-kind.ts';

type Decode = (bytes: Uint8Array) => unknown;

/**
 * Reads a message member by member, as ASP.NET Core does. This is slower than decoding the whole
 * message, so it is used only for messages that cannot be decoded as a whole. Errors are those of
 * the first invalid member. Bytes after the last member are ignored. If the arguments of a call
 * cannot be read, the call fails and the connection stays open.
 */
export function readInOrder(bytes: Uint8Array, decode: Decode): HubMessage | undefined {
  const reader = new MemberReader(bytes);
  const count = reader.readMemberCount();
  const type = reader.readInteger('messageType', 'Int32');
  switch (type) {
    case MessageType.Invocation:
    case MessageType.StreamInvocation:
      return readInvocation(type, reader, count, decode);
    case MessageType.StreamItem: {
      const invocationId = readId(reader, count, 'StreamItem');
      try {
        return { type, invocationId, item: decode(reader.readValue()) };
      } catch (itemError) {
        return { type, invocationId, item: undefined, itemError: itemError as Error };
      }
    }
    case MessageType.Completion:
      return readCompletion(reader, count, decode);
    case MessageType.CancelInvocation:
      return { type, invocationId: readId(reader, count, 'CancelInvocation') };
    case MessageType.Ping:
      return { type };
    case MessageType.Close: {
      const error = reader.readText('error');
      const allowReconnect = count > 2 ? reader.readBoolean('allowReconnect') : undefined;
      return { type, error, allowReconnect };
    }
    case MessageType.Ack:
    case MessageType.Sequence:
      return { type, sequenceId: reader.readInteger('sequenceId', 'Int64') };
    default:
      return undefined;
  }
}

type CallType = typeof MessageType.Invocation | typeof MessageType.StreamInvocation;

/** The type and the headers. */
const MEMBERS_UP_TO_HEADERS = 2;
/** The number of members of a call that has no stream ids. */
const MEMBERS_WITHOUT_STREAMS = 5;

function readInvocation(
  type: CallType,
  reader: MemberReader,
  count: number,
  decode: Decode,
): HubMessage {
  readHeaders(reader, count);
  const isStream = type === MessageType.StreamInvocation;
  const name = isStream ? 'StreamInvocation' : 'Invocation';
  const invocationId = reader.readText('invocationId') || undefined;
  if (isStream && invocationId === undefined) {
    throw errors.nullOrEmpty(`invocation ID for ${name} message`);
  }
  const target = required(reader.readText('target'), `target for ${name} message`);
  const call = { type, invocationId, target, streamIds: undefined };
  // If the values cannot be read, their number may still be wrong for the method.
  let values: unknown = [];
  try {
    const array = reader.readArray('arguments');
    values = Array.from({ length: array.length });
    values = decode(array.read());
  } catch (argumentsError) {
    return { ...call, arguments: values, argumentsError } as HubMessage;
  }
  if (count <= MEMBERS_WITHOUT_STREAMS) return { ...call, arguments: values } as HubMessage;
  try {
    return { ...call, arguments: values, streamIds: readStreamIds(reader) } as HubMessage;
  } catch (envelopeError) {
    return { ...call, arguments: values, envelopeError } as HubMessage;
  }
}

function readCompletion(reader: MemberReader, count: number, decode: Decode): HubMessage {
  const type = MessageType.Completion;
  const invocationId = readId(reader, count, 'Completion');
  const kind = reader.readInteger('resultKind', 'Int32');
  const completion = { type, invocationId, error: undefined, hasResult: false, result: undefined };
  switch (kind) {
    case ResultKind.Error:
      return { ...completion, error: reader.readText('error') ?? '' };
    case ResultKind.NonVoid:
      return { ...completion, hasResult: true, result: decode(reader.readValue()) };
    case ResultKind.Void:
      return completion;
    default:
      throw errors.invalidResultKind();
  }
}

/** Nothing uses the headers yet, but ASP.NET Core checks them. */
function readHeaders(reader: MemberReader, memberCount: number): void {
  const count = reader.readMapLength('headers', memberCount - MEMBERS_UP_TO_HEADERS);
  for (let i = 0; i < count; i++) {
    required(reader.readText(`headers[${i}].Key`), 'key in header');
    required(reader.readText(`headers[${i}].Value`), 'value in header');
  }
}

function readId(reader: MemberReader, count: number, type: string): string {
  readHeaders(reader, count);
  return required(reader.readText('invocationId'), `invocation ID for ${type} message`);
}

function readStreamIds(reader: MemberReader): readonly string[] | undefined {
  const count = reader.readArrayLength('streamIds');
  const ids: string[] = [];
  for (let i = 0; i < count; i++) {
    ids.push(required(reader.readElement(), 'value in streamIds received'));
  }
  return count === 0 ? undefined : ids;
}

function required(value: string | undefined, name: string): string {
  if (value === undefined || value === '') throw errors.nullOrEmpty(name);
  return value;
}
