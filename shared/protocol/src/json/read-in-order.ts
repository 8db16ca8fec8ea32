import { errors } from '../errors.ts';
import type { JsonEnvelope } from './json-envelope.ts';
import { JsonTokenReader } from './json-token-reader.ts';
import {
  readBoolean,
  readInteger,
  readName,
  readString,
  readStrings,
  startObject,
} from './read-members.ts';

/**
 * Reads the members of a message one by one, as ASP.NET Core does. If a member occurs several
 * times, each of them is checked and the last one counts. Text after the object is ignored.
 * @throws {ProtocolError} for the first invalid member.
 */
export function readInOrder(text: string): JsonEnvelope {
  const reader = new JsonTokenReader(text);
  const envelope: UnboundEnvelope = {};
  startObject(reader);
  while (readName(reader)) readMember(reader, envelope);
  return { ...envelope, arguments: envelope.argumentsBeforeTarget ?? envelope.arguments };
}

interface UnboundEnvelope extends JsonEnvelope {
  /** ASP.NET Core binds these at the end, so they count, even if others follow the target. */
  argumentsBeforeTarget?: string;
}

function readMember(reader: JsonTokenReader, envelope: UnboundEnvelope): void {
  const name = reader.getString();
  switch (name) {
    case 'type':
      envelope.type = readInteger(reader, name, 'Int32');
      if (envelope.type === undefined) throw errors.wrongPropertyType(name, 'Number');
      break;
    case 'target':
      envelope.target = readString(reader, name);
      envelope.hasEscapedTarget = reader.hasEscapes || undefined;
      break;
    case 'invocationId':
    case 'error':
      envelope[name] = readString(reader, name);
      break;
    case 'arguments':
      readArguments(reader, envelope);
      break;
    case 'streamIds':
      envelope.streamIds = readStrings(reader, name);
      break;
    case 'item':
    case 'result':
      reader.read();
      envelope[name] = reader.readText();
      break;
    case 'allowReconnect':
      envelope.allowReconnect = readBoolean(reader, name);
      break;
    case 'sequenceId':
      envelope.sequenceId = readInteger(reader, name, 'Int64');
      break;
    case 'headers':
      checkHeaders(reader);
      break;
    default:
      reader.skip();
  }
}

/** Nothing uses the headers yet, but ASP.NET Core checks them. */
function checkHeaders(reader: JsonTokenReader): void {
  if (reader.read() !== 'StartObject') throw errors.wrongPropertyType('headers', 'StartObject');
  while (readName(reader)) {
    const name = reader.getString();
    if (reader.read() !== 'String') throw errors.wrongHeaderType(name);
    reader.getString();
  }
}

function readArguments(reader: JsonTokenReader, envelope: UnboundEnvelope): void {
  if (reader.read() !== 'StartArray') throw errors.wrongPropertyType('arguments', 'Array');
  const text = reader.readText();
  if (envelope.target) envelope.arguments = text;
  else envelope.argumentsBeforeTarget = text;
}
