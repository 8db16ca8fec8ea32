import { readBase64 } from './base64.ts';
import { type JsonNode, textOf } from './json/json-node.ts';
import { int } from './numbers.ts';
import type { PackValue } from './message-pack/pack-node.ts';
import { createSchema, isJsonNull, isPackNull, nodeOf, packText, refused } from './schema.ts';
import { Color } from './values.ts';

const jsonText = (node: JsonNode): string | typeof refused =>
  node.kind === 'string' ? (textOf(node) ?? refused) : refused;

export const bool = createSchema('Boolean', {
  fromJson: ({ raw }) => (raw === 'true' || raw === 'false' ? raw === 'true' : refused),
  fromPack(value) {
    const node = nodeOf(value);
    return node?.kind === 'literal' && node.value !== null ? node.value : refused;
  },
});

/** A C# string, which may be null. */
export const text = createSchema('String', {
  fromJson: (node) => (isJsonNull(node) ? null : jsonText(node)),
  fromPack: (value) => (isPackNull(value) ? null : packText(value)),
});

const GUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

function readGuid(digits: string | typeof refused): unknown {
  return digits !== refused && GUID.test(digits) ? digits.toLowerCase() : refused;
}
export const guid = createSchema('Guid', {
  fromJson: (node) => readGuid(jsonText(node)),
  fromPack: (value) => readGuid(packText(value)),
});

/**
 * Base64 in JSON; binary, a string of the old specification, or an array of bytes in MessagePack.
 */
export const bytes = createSchema('Byte[]', {
  fromJson(node) {
    if (isJsonNull(node)) return null;
    const digits = jsonText(node);
    return digits === refused ? refused : (readBase64(digits) ?? refused);
  },
  fromPack(value) {
    if (isPackNull(value)) return null;
    const node = nodeOf(value);
    if (node === undefined) return readBytes(value as readonly PackValue[]);
    const isBytes = node.kind === 'binary' || (node.kind === 'string' && node.hasOldFormat);
    return isBytes ? node.bytes : refused;
  },
});

/** Bytes as a member of an object. MessagePack accepts no array of numbers there. */
export const binaryMember = createSchema('Byte[]', {
  fromJson: bytes.fromJson,
  fromPack: (value) => (nodeOf(value) === undefined ? refused : bytes.fromPack(value)),
});

function readBytes(items: readonly PackValue[]): unknown {
  const values = items.map(int.fromPack);
  const areBytes = values.every(
    (value): value is number => typeof value === 'number' && value >= 0 && value < 256,
  );
  return areBytes ? Uint8Array.from(values) : refused;
}

/** A number in JSON, a name or the digits of a number in MessagePack. */
export const color = createSchema('Color', {
  fromJson(node) {
    const number = int.fromJson(node);
    return number === refused ? refused : new Color(number as number);
  },
  fromPack(value) {
    const names = packText(value);
    return names === refused ? refused : parseColor(names);
  },
});

/** Parses as Enum.Parse does: digits, or names that are combined by commas. */
function parseColor(names: string): unknown {
  if (/^\s*[+-]?\d+\s*$/.test(names)) {
    const number = Number(names);
    return Math.abs(number) < 2 ** 31 ? new Color(number) : refused;
  }
  const numbers = names.split(',').map((name) => Color.names.indexOf(name.trim()));
  return numbers.includes(-1) ? refused : new Color(numbers.reduce((all, one) => all | one, 0));
}
