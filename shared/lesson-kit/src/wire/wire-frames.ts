import { type HubProtocol, MessageType, RECORD_SEPARATOR } from '@practical-signalr/protocol';

/** The facts about one message of a frame that an entry stores. */
export interface FrameMessage {
  /** The encoded message, with the separator of JSON or the length prefix of MessagePack. */
  readonly raw: string | Uint8Array;
  readonly bytes: number;
  /** The decoded type, for example `invocation 0`. */
  readonly kind: string;
  readonly type?: number | undefined;
  readonly id?: string | undefined;
}

/** The properties of a message that a row shows. */
interface Head {
  readonly type?: number;
  readonly invocationId?: string | undefined;
  readonly protocol?: string;
  readonly error?: string | undefined;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Maps message types to their names: `StreamInvocation` is shown as `stream invocation`. */
const names = new Map(
  Object.entries(MessageType).map(([name, type]): [number, string] => [
    type,
    name.replace(/(?<=[a-z])[A-Z]/g, ' $&').toLowerCase(),
  ]),
);

/**
 * Returns the messages of a frame or body: JSON in text, MessagePack in bytes, a handshake in both.
 */
export function readFrame(
  data: string | Uint8Array,
  binary: HubProtocol | undefined,
): FrameMessage[] {
  if (typeof data === 'string') return readRecords(data);
  if (data[0] !== 0x7b || (data[1] !== 0x22 && data[1] !== 0x7d)) return readBinary(data, binary);
  // With MessagePack, the handshake is JSON too. It begins with `{"` or `{}`, unlike MessagePack.
  const end = data.indexOf(0x1e) + 1 || data.length;
  return [
    ...readRecords(decoder.decode(data.subarray(0, end))),
    ...readBinary(data.subarray(end), binary),
  ];
}

/** Returns the properties of a MessagePack message. Returns undefined if it is invalid. */
export function decodeBinary(
  message: Uint8Array,
  binary: HubProtocol | undefined,
): object | undefined {
  let decoded: object | undefined;
  try {
    binary?.createReader(undefined).read(message, (read) => (decoded ??= read));
  } catch {
    return undefined;
  }
  return decoded;
}

function readRecords(text: string): FrameMessage[] {
  return text
    .split(RECORD_SEPARATOR)
    .filter((raw) => raw !== '')
    .map((record) => {
      const raw = record + RECORD_SEPARATOR;
      const bytes = encoder.encode(raw).length;
      try {
        return { raw, bytes, ...describe(JSON.parse(record) as Head) };
      } catch {
        return { raw, bytes, kind: 'no JSON' };
      }
    });
}

function readBinary(bytes: Uint8Array, binary: HubProtocol | undefined): FrameMessage[] {
  const messages: FrameMessage[] = [];
  for (let at = 0; at < bytes.length;) {
    const end = endOfMessage(bytes, at);
    const raw = bytes.slice(at, end);
    const decoded = decodeBinary(raw, binary);
    messages.push({
      raw,
      bytes: raw.length,
      ...(decoded === undefined ? { kind: 'bytes' } : describe(decoded)),
    });
    at = end;
  }
  return messages;
}

/** Reads the length prefix of a message: seven bits per byte, lowest first, at most five bytes. */
function endOfMessage(bytes: Uint8Array, start: number): number {
  let length = 0;
  for (let i = 0; i < 5; i++) {
    const byte = bytes[start + i];
    if (byte === undefined) break;
    length += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) return Math.min(start + i + 1 + length, bytes.length);
  }
  return bytes.length;
}

function describe({
  type,
  invocationId: id,
  protocol,
  error,
}: Head): Pick<FrameMessage, 'kind' | 'type' | 'id'> {
  if (type === undefined) {
    if (protocol !== undefined) return { kind: 'handshake' };
    return { kind: error === undefined ? 'handshake ok' : 'handshake refused' };
  }
  return {
    type,
    id,
    kind: `${names.get(type) ?? `type ${type}`}${id === undefined ? '' : ` ${id}`}`,
  };
}
