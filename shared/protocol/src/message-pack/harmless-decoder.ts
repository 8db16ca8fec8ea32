import { Decoder } from '@msgpack/msgpack';
import { errors } from '../errors.ts';
import { TextDecoder } from '../text-encoding.ts';

/** The key that the decoder refuses, because an assignment of it sets a prototype. */
const REFUSED_KEY = '__proto__';
/** Replaces the refused key until its member is removed. */
const REPLACEMENT = '\0__proto__';
const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

/**
 * Keys of any plain type become names, as in JSON: a dictionary of numbers must not end the
 * connection.
 */
export function convertKey(key: unknown): string {
  if (typeof key === 'object' && key !== null) throw errors.invalidMessagePack();
  return String(key);
}

const decoder = new Decoder({
  mapKeyConverter: convertKey,
  keyDecoder: {
    canBeCached: (byteLength) => byteLength === REFUSED_KEY.length,
    decode(bytes, offset, byteLength) {
      const key = utf8.decode(bytes.subarray(offset, offset + byteLength));
      return key === REFUSED_KEY ? REPLACEMENT : key;
    },
  },
});

/**
 * Decodes a value without the members called `__proto__`, which a merge in user code would turn
 * into a new prototype. The usual decoder refuses the whole value.
 * @throws {ProtocolError} if the value cannot be decoded.
 */
export function decodeHarmless(bytes: Uint8Array): unknown {
  let value: unknown;
  try {
    value = decoder.decode(bytes);
  } catch {
    throw errors.invalidMessagePack();
  }
  removeReplacements(value);
  return value;
}

/** The depth of the value is limited, because `valueEnd` has checked it. */
function removeReplacements(value: unknown): void {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return;
  if (!Array.isArray(value)) delete (value as Record<string, unknown>)[REPLACEMENT];
  for (const member of Object.values(value)) removeReplacements(member);
}
