import { type HubMessage, MessageType } from '../hub-message.ts';
import type { CallType } from './json-envelope.ts';
import { parseArguments, parseValue } from './json-payload.ts';

/** The characters of a string without escapes. */
const CHARACTERS = '([^"\\\\\\0-\\x1f]+)';
const ID = `"invocationId": ?"${CHARACTERS}"`;
const TARGET = `"target": ?"${CHARACTERS}"`;
const HEADERS = '"headers": ?\\{\\}';

/** The members of a call before its arguments, for clients that write the arguments last. */
const CALL_HEAD = new RegExp(
  `\\{"type": ?([14]), ?(?:${HEADERS}, ?)?(?:${ID}, ?)?${TARGET}, ?"arguments": ?(?=\\[)`,
  'y',
);
/** The members of a call after its arguments, as the official JavaScript client writes them. */
const CALL_TAIL = new RegExp(`,(?:${ID},)?${TARGET},"type":([14])\\}$`, 'y');
const ARGUMENTS_FIRST = '{"arguments":';
const STREAM_IDS = '"streamIds":[';
/** The number of characters before the end of the stream ids in which their start is searched. */
const STREAM_IDS_LENGTH = 100;
const TYPE_FIRST = new RegExp(`\\{"type": ?([235]), ?${ID}(?:, ?"(item|result)": ?)?`, 'y');
const ID_FIRST = new RegExp(`\\{${ID}(?:,"(item|result)":)?`, 'y');
const TYPE_LAST = /,"type":([235])\}$/;
/** The number of characters that TYPE_LAST matches. */
const TYPE_LAST_LENGTH = ',"type":0}'.length;
const PING_TEXT = '{"type":6}';
const PING: HubMessage = Object.freeze({ type: MessageType.Ping });

/**
 * Reads a message as most clients write it: with the members in one of two orders, with little
 * white space, and without escapes outside of the values of users. Returns undefined for other
 * messages, which may be valid.
 *
 * The members around the values of users are matched, so that `JSON.parse` reads these values only.
 * If it accepts the text between the matched members, then that text is one value.
 */
export function readCommonMessage(text: string): HubMessage | undefined {
  if (text === PING_TEXT) return PING;
  try {
    switch (text[2]) {
      case 't':
        return readCallHead(text) ?? readTypeFirst(text);
      case 'a':
        return readCallTail(text);
      case 'i':
        return readIdFirst(text);
      default:
        return undefined;
    }
  } catch {
    return undefined;
  }
}

function readCallHead(text: string): HubMessage | undefined {
  CALL_HEAD.lastIndex = 0;
  const match = CALL_HEAD.exec(text);
  if (match === null || !text.endsWith('}')) return undefined;
  const [, type, invocationId, target = ''] = match;
  return createCall(type, invocationId, target, text.slice(CALL_HEAD.lastIndex, -1));
}

function readCallTail(text: string): HubMessage | undefined {
  const end = text.lastIndexOf('],"') + 1;
  CALL_TAIL.lastIndex = end;
  const match = CALL_TAIL.exec(text);
  if (match === null || !text.startsWith(ARGUMENTS_FIRST)) return undefined;
  // A failed attempt to parse is slow, so calls with uploads are left to the other reader.
  if (text.slice(Math.max(0, end - STREAM_IDS_LENGTH), end).includes(STREAM_IDS)) return undefined;
  const [, invocationId, target = '', type] = match;
  return createCall(type, invocationId, target, text.slice(ARGUMENTS_FIRST.length, end));
}

function createCall(
  type: string | undefined,
  invocationId: string | undefined,
  target: string,
  argumentsText: string,
): HubMessage | undefined {
  const callType = Number(type) as CallType;
  if (callType === MessageType.StreamInvocation && invocationId === undefined) return undefined;
  const values = parseArguments(argumentsText, undefined);
  return {
    type: callType,
    invocationId,
    target,
    arguments: values,
    streamIds: undefined,
  } as HubMessage;
}

function readTypeFirst(text: string): HubMessage | undefined {
  TYPE_FIRST.lastIndex = 0;
  const match = TYPE_FIRST.exec(text);
  if (match === null || !text.endsWith('}')) return undefined;
  const [, type, invocationId = '', name] = match;
  const valueText = text.slice(TYPE_FIRST.lastIndex, -1);
  return createMessage(Number(type), invocationId, name, valueText);
}

function readIdFirst(text: string): HubMessage | undefined {
  ID_FIRST.lastIndex = 0;
  const match = ID_FIRST.exec(text);
  const type = TYPE_LAST.exec(text.slice(-TYPE_LAST_LENGTH))?.[1];
  if (match === null || type === undefined) return undefined;
  const [, invocationId = '', name] = match;
  const valueText = text.slice(ID_FIRST.lastIndex, -TYPE_LAST_LENGTH);
  return createMessage(Number(type), invocationId, name, valueText);
}

/**
 * Creates the message of these parts. Returns undefined if they are not those of a common message.
 * @param name the member that contains a value of the application, for example `result`.
 * @param valueText the JSON text of this value.
 */
function createMessage(
  type: number,
  invocationId: string,
  name: string | undefined,
  valueText: string,
): HubMessage | undefined {
  if (name === undefined) {
    if (valueText !== '') return undefined;
    if (type === MessageType.CancelInvocation) return { type, invocationId };
    if (type !== MessageType.Completion) return undefined;
    return { type, invocationId, error: undefined, hasResult: false, result: undefined };
  }
  if (type === MessageType.StreamItem && name === 'item') {
    return { type, invocationId, item: parseValue(valueText, undefined) };
  }
  if (type !== MessageType.Completion || name !== 'result') return undefined;
  const result = parseValue(valueText, undefined);
  return { type, invocationId, error: undefined, hasResult: true, result };
}
