/** The number of values that are searched for bytes before the slower way of writing is used. */
const MAXIMUM_SEARCHED = 10_000;

interface NodeGlobals {
  readonly Buffer?: {
    from(bytes: ArrayBufferLike, offset: number, length: number): { toString(e: 'base64'): string };
  };
  readonly btoa: (text: string) => string;
}
const { Buffer, btoa } = globalThis as unknown as NodeGlobals;

/**
 * A string that needs quotes and no escapes. This test and the quotes take a third of the time of
 * `JSON.stringify`.
 */
const PLAIN_STRING = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/;

/**
 * Returns the JSON text of a value. A `Uint8Array` becomes a base64 string, as .NET writes bytes.
 * Functions, symbols and undefined become null.
 */
export function writeJsonValue(value: unknown): string {
  if (typeof value === 'string' && PLAIN_STRING.test(value)) return `"${value}"`;
  if (value instanceof Uint8Array) return `"${toBase64(value)}"`;
  const needsReplacer = typeof value === 'object' && value !== null && mayContainBytes(value);
  const text = needsReplacer ? JSON.stringify(value, replaceBytes) : JSON.stringify(value);
  return (text as string | undefined) ?? 'null';
}

/** A `Buffer` has a `toJSON` of its own, so the original value is read from its object. */
function replaceBytes(this: unknown, key: string, value: unknown): unknown {
  const original = (this as Record<string, unknown>)[key];
  return original instanceof Uint8Array ? toBase64(original) : value;
}

/** Searches an object for bytes, because a replacer is several times slower than the search. */
function mayContainBytes(root: object): boolean {
  const found: object[] = [root];
  for (let next = 0; next < found.length; next++) {
    if (found.length > MAXIMUM_SEARCHED) return true; // it may be a cycle
    const item = found[next] as Record<string, unknown>;
    if (typeof item['toJSON'] === 'function' && !(item instanceof Date)) return true;
    if (item instanceof Uint8Array) return true;
    for (const key in item) {
      const member = item[key];
      if (typeof member === 'object' && member !== null) found.push(member);
    }
  }
  return false;
}

const CHUNK = 8192;

function toBase64(bytes: Uint8Array): string {
  if (Buffer !== undefined) {
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
  }
  let binary = '';
  for (let i = 0; i < bytes.length; i += CHUNK) {
    binary += String.fromCharCode(...bytes.subarray(i, i + CHUNK));
  }
  return btoa(binary);
}
