import { errors } from '../errors.ts';
import { type HubMessage, MessageType } from '../hub-message.ts';
import type { PayloadSerializer } from './payload-serializer.ts';
import { makeHarmless } from './safe-json.ts';

type Members = Record<string, unknown>;

/** One record as a message; undefined for an unknown type, which a later version of the protocol may bring. */
export function readJsonMessage(
  record: string,
  serializer: PayloadSerializer | undefined,
): HubMessage | undefined {
  const members = readMembers(record);
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
  switch (type) {
    case MessageType.Invocation:
    case MessageType.StreamInvocation: {
      const invocationId = text(members, 'invocationId', type === MessageType.StreamInvocation);
      const target = text(members, 'target', true) as string;
      if (members['arguments'] === undefined) throw missing('arguments');
      if (!Array.isArray(members['arguments'])) throw wrongType('arguments', 'Array');
      const values = payload()['arguments'] as unknown[];
      const streamIds = readStreamIds(members);
      return { type, invocationId, target, arguments: values, streamIds } as HubMessage;
    }
    case MessageType.StreamItem: {
      const invocationId = text(members, 'invocationId', true) as string;
      if (!Object.hasOwn(members, 'item')) throw missing('item');
      return { type, invocationId, item: payload()['item'] };
    }
    case MessageType.Completion: {
      const invocationId = text(members, 'invocationId', true) as string;
      const error = text(members, 'error', false);
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
      return { type, invocationId: text(members, 'invocationId', true) as string };
    case MessageType.Ping:
      return PING;
    case MessageType.Close: {
      const allowReconnect = members['allowReconnect'];
      if (allowReconnect !== undefined && typeof allowReconnect !== 'boolean')
        throw wrongType('allowReconnect', 'Boolean');
      return { type, error: text(members, 'error', false), allowReconnect };
    }
    case MessageType.Ack:
    case MessageType.Sequence: {
      const sequenceId = members['sequenceId'];
      if (sequenceId === undefined) throw missing('sequenceId');
      if (typeof sequenceId !== 'number' || !Number.isInteger(sequenceId))
        throw wrongType('sequenceId', 'Number');
      return { type, sequenceId };
    }
    default:
      return undefined;
  }
}

const PING: HubMessage = Object.freeze({ type: MessageType.Ping });

function readMembers(record: string): Members {
  let value: unknown;
  try {
    value = JSON.parse(record);
  } catch {
    throw errors.invalidJson();
  }
  if (typeof value !== 'object' || value === null) {
    throw errors.unexpectedJsonToken(value === null ? 'Null' : typeof value);
  }
  if (Array.isArray(value)) throw errors.unexpectedJsonToken('StartArray');
  makeHarmless(value);
  return value as Members;
}

function readStreamIds(members: Members): readonly string[] | undefined {
  const ids = members['streamIds'];
  if (ids === undefined || ids === null) return undefined;
  if (!Array.isArray(ids) || !ids.every((id) => typeof id === 'string'))
    throw wrongType('streamIds', 'Array');
  return ids as string[];
}

function text(members: Members, name: string, required: boolean): string | undefined {
  const value = members[name];
  if (value === undefined) {
    if (required) throw missing(name);
    return undefined;
  }
  if (typeof value !== 'string') throw wrongType(name, 'String');
  return value;
}

const missing = (name: string) => errors.missingProperty(name);
const wrongType = (name: string, type: string) => errors.wrongPropertyType(name, type);
