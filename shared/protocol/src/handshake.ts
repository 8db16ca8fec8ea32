import { TextDecoder, TextEncoder } from './text-encoding.ts';
import { RECORD_SEPARATOR } from './json/text-record-reader.ts';
import { errors } from './errors.ts';
import { JsonTokenReader } from './json/json-token-reader.ts';
import { readInteger, readName, readString, startObject } from './json/read-members.ts';

/**
 * The first record of a client. It is JSON for every hub protocol. Source: HubProtocol.md,
 * "HandshakeRequest message".
 */
export interface HandshakeRequest {
  readonly protocol: string;
  readonly version: number;
}

const SEPARATOR_BYTE = 0x1e;
const NO_BYTES = new Uint8Array(0);
/** A handshake request as most clients write it. */
const COMMON_REQUEST = /^\{"protocol":"(\w+)","version":(\d)\}$/;

/**
 * Collects the handshake of one connection, which may arrive in any number of chunks, and the bytes
 * that follow it in the same chunk.
 * @example
 * const reader = new HandshakeReader(32768);
 * const handshake = reader.read('{"protocol":"json","version":1}\u001e');
 * console.log(handshake); // { request: { protocol: 'json', version: 1 }, rest: '' }
 */
export class HandshakeReader {
  readonly #limit: number;
  /** The unfinished handshake. It grows with the data, so many small chunks need no more memory. */
  #buffer = NO_BYTES;
  #size = 0;

  /** `maximumSize` is in bytes and includes the separator. Undefined means no limit. */
  constructor(maximumSize: number | undefined) {
    this.#limit = maximumSize ?? Number.POSITIVE_INFINITY;
  }

  /**
   * Returns the handshake and the data after it, or undefined while the handshake is incomplete.
   * @throws {MessageTooLargeError} if it is over the limit, {ProtocolError} if it is malformed.
   */
  read(
    chunk: string | Uint8Array,
  ): { request: HandshakeRequest; rest: string | Uint8Array } | undefined {
    if (typeof chunk === 'string' && this.#size === 0) {
      const end = chunk.indexOf(RECORD_SEPARATOR);
      if (end >= 0 && (end + 1) * 3 <= this.#limit) {
        return { request: parseHandshakeRequest(chunk.slice(0, end)), rest: chunk.slice(end + 1) };
      }
    }
    const bytes = typeof chunk === 'string' ? new TextEncoder().encode(chunk) : chunk;
    const end = bytes.indexOf(SEPARATOR_BYTE);
    const length = end < 0 ? bytes.length : end + 1;
    if (this.#size + length > this.#limit) {
      throw errors.messageTooLarge(this.#limit);
    }
    this.#append(end < 0 ? bytes : bytes.subarray(0, end));
    if (end < 0) return undefined;
    return {
      request: parseHandshakeRequest(decode(this.#buffer.subarray(0, this.#size))),
      rest: bytes.subarray(end + 1),
    };
  }

  #append(bytes: Uint8Array): void {
    const size = this.#size + bytes.length;
    if (size > this.#buffer.length) {
      const grown = new Uint8Array(Math.max(size, 2 * this.#buffer.length));
      grown.set(this.#buffer.subarray(0, this.#size));
      this.#buffer = grown;
    }
    this.#buffer.set(bytes, this.#size);
    this.#size = size;
  }
}

/** The characters that .NET escapes and `JSON.stringify` does not. */
const ESCAPED = /[\u007f-\u009f\u2028\u2029\ud800-\udfff\ue000-\uf8ff]/g;

const escape = (unit: string): string =>
  `\\u${unit.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`;

/**
 * Returns the response to a handshake: `{}`, or an error. The server closes the connection after an
 * error.
 */
export function writeHandshakeResponse(error?: string): string {
  const record = error === undefined ? '{}' : JSON.stringify({ error }).replace(ESCAPED, escape);
  return record + RECORD_SEPARATOR;
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw errors.invalidJson();
  }
}

function parseHandshakeRequest(text: string): HandshakeRequest {
  const common = COMMON_REQUEST.exec(text);
  if (common !== null) return { protocol: common[1] as string, version: Number(common[2]) };
  const reader = new JsonTokenReader(text);
  startObject(reader);
  let protocol: string | undefined;
  let version: number | undefined;
  while (readName(reader)) {
    const name = reader.getString();
    if (name === 'protocol') protocol = readString(reader, name);
    else if (name === 'version') version = readInteger(reader, name, 'Int32');
    else reader.skip();
  }
  if (protocol === undefined) throw errors.handshakePropertyMissing('protocol', text);
  if (version === undefined) throw errors.handshakePropertyMissing('version', text);
  return { protocol, version };
}
