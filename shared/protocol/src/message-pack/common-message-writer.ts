import { MAXIMUM_COMMON_VALUE, writeCommonValue } from './common-values.ts';
import { MessageType } from '../hub-message.ts';
import { ResultKind } from './result-kind.ts';

/** The bytes of memory that messages share, because allocating memory costs more than encoding. */
const SHARED = 8192;
const FIXARRAY = 0x90;
const NO_HEADERS = 0x80;
/** The maximum number of characters of an invocation id. */
const MAXIMUM_ID = 31;
/** The maximum length of a length prefix. Source: HubProtocol.md, "Binary encoding". */
const PREFIX = 2;
const MAXIMUM_SHORT_LENGTH = 127;
const MAXIMUM_MESSAGE = PREFIX + 3 + (1 + 3 * MAXIMUM_ID) + 1 + MAXIMUM_COMMON_VALUE;

/**
 * Writes results and stream items that are small and simple, with their length, without the library
 * and without a copy.
 */
export class CommonMessageWriter {
  #shared = new Uint8Array(SHARED);
  #used = 0;

  /** Returns a completion with a result. Undefined if only the library can write it. */
  writeResult(invocationId: string, result: unknown): Uint8Array | undefined {
    return this.#write(5, MessageType.Completion, invocationId, result);
  }

  /** Returns a stream item. Undefined if only the library can write it. */
  writeItem(invocationId: string, item: unknown): Uint8Array | undefined {
    return this.#write(4, MessageType.StreamItem, invocationId, item);
  }

  #write(
    memberCount: number,
    type: number,
    invocationId: string,
    value: unknown,
  ): Uint8Array | undefined {
    if (invocationId.length > MAXIMUM_ID) return undefined;
    if (this.#used + MAXIMUM_MESSAGE > SHARED) {
      this.#shared = new Uint8Array(SHARED);
      this.#used = 0;
    }
    const bytes = this.#shared;
    const start = this.#used + PREFIX;
    bytes[start] = FIXARRAY | memberCount;
    bytes[start + 1] = type;
    bytes[start + 2] = NO_HEADERS;
    let end = writeCommonValue(bytes, start + 3, invocationId);
    if (end < 0) return undefined;
    if (type === MessageType.Completion) {
      bytes[end] = ResultKind.NonVoid;
      end++;
    }
    end = writeCommonValue(bytes, end, value);
    if (end < 0) return undefined;
    const length = end - start;
    this.#used = end;
    if (length <= MAXIMUM_SHORT_LENGTH) {
      bytes[start - 1] = length;
      return bytes.subarray(start - 1, end);
    }
    bytes[start - 2] = (length & 0x7f) | 0x80;
    bytes[start - 1] = length >> 7;
    return bytes.subarray(start - 2, end);
  }
}
