import { errors } from '../errors.ts';
import { type HubMessage, MessageType } from '../hub-message.ts';
import type { PayloadSerializer } from './payload-serializer.ts';
import {
  checkInteger,
  MAXIMUM_INT32,
  type Members,
  readMembers,
  readText,
  tokenType,
} from './read-members.ts';

/** One record as a message; undefined for an unknown type, which a later version of the protocol may bring. */
export function readJsonMessage(
  text: string,
  serializer: PayloadSerializer | undefined,
): HubMessage | undefined {
  const { members, record } = readMembers(text);
  // A replaced serializer reads the record a second time: the protocol's own members must not depend on it.
  const payload = (): Members => {
    if (serializer === undefined) return members;
    try {
      return serializer.parse(record) as Members;
    } catch {
      throw errors.invalidJson();
    }
  };
  const type = members['type'];
  if (type === undefined) throw missing('type');
  if (typeof type !== 'number') throw wrongType('type', 'Number');
  checkInteger(record, 'type', type, MAXIMUM_INT32, 'Int32');
  if (members['headers'] !== undefined) checkHeaders(members['headers']);
  switch (type) {
    case MessageType.Invocation:
    case MessageType.StreamInvocation:
      return readInvocation(type, members, payload);
    case MessageType.StreamItem: {
      const invocationId = readId(members);
      if (!Object.hasOwn(members, 'item')) throw missing('item');
      return { type, invocationId, item: payload()['item'] };
    }
    case MessageType.Completion: {
      const invocationId = readId(members);
      const error = readText(members, 'error');
      const hasResult = Object.hasOwn(members, 'result');
      if (error !== undefined && hasResult) throw errors.resultAndError();
      return {
        type,
        invocationId,
        error,
        hasResult,
        result: hasResult ? payload()['result'] : undefined,
      };
    }
    case MessageType.CancelInvocation:
      return { type, invocationId: readId(members) };
    case MessageType.Ping:
      return PING;
    case MessageType.Close: {
      const allowReconnect = members['allowReconnect'];
      if (allowReconnect !== undefined && typeof allowReconnect !== 'boolean')
        throw errors.expectedBoolean('allowReconnect');
      return { type, error: readText(members, 'error'), allowReconnect };
    }
    case MessageType.Ack:
    case MessageType.Sequence: {
      const sequenceId = members['sequenceId'];
      if (sequenceId === undefined || sequenceId === null) throw missing('sequenceId');
      if (typeof sequenceId !== 'number') throw wrongType('sequenceId', 'Number');
      checkInteger(record, 'sequenceId', sequenceId, Number.MAX_SAFE_INTEGER, 'Int64');
      return { type, sequenceId };
    }
    default:
      return undefined;
  }
}

const PING: HubMessage = Object.freeze({ type: MessageType.Ping });

type CallType = typeof MessageType.Invocation | typeof MessageType.StreamInvocation;

function readInvocation(type: CallType, members: Members, payload: () => Members): HubMessage {
  const invocationId = readText(members, 'invocationId') || undefined;
  const target = readText(members, 'target');
  const values = members['arguments'];
  if (target === undefined || (target === '' && values === undefined)) throw missing('target');
  if (values === undefined) throw missing('arguments');
  if (!Array.isArray(values)) throw wrongType('arguments', 'Array');
  if (type === MessageType.StreamInvocation && invocationId === undefined) {
    throw missing('invocationId');
  }
  const streamIds = readStreamIds(members);
  const message = { type, invocationId, target, arguments: payload()['arguments'], streamIds };
  return message as HubMessage;
}

/** Nothing uses the headers yet, but ASP.NET Core checks them. */
function checkHeaders(headers: unknown): void {
  if (typeof headers !== 'object' || headers === null || Array.isArray(headers)) {
    throw wrongType('headers', 'StartObject');
  }
  for (const [name, value] of Object.entries(headers as Members)) {
    if (typeof value !== 'string') throw errors.wrongHeaderType(name);
  }
}

function readStreamIds(members: Members): readonly string[] | undefined {
  const ids = members['streamIds'];
  if (ids === undefined) return undefined;
  if (!Array.isArray(ids)) throw wrongType('streamIds', 'Array');
  const other: unknown = ids.find((id) => typeof id !== 'string' && id !== null);
  if (other !== undefined) throw errors.tokenNotString(tokenType(other));
  return ids as string[];
}

function readId(members: Members): string {
  const id = readText(members, 'invocationId');
  if (id === undefined || id === '') throw missing('invocationId');
  return id;
}

const missing = (name: string) => errors.missingProperty(name);
const wrongType = (name: string, type: string) => errors.wrongPropertyType(name, type);
