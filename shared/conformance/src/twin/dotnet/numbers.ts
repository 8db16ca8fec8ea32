import { formatDecimal, readDecimal } from './decimal.ts';
import type { JsonNode } from './json/json-node.ts';
import type { PackValue } from './message-pack/pack-node.ts';
import { createSchema, nodeOf, packText, refused, type Schema } from './schema.ts';
import { Double, Float, WireForms } from './values.ts';

function createInteger(type: string, low: bigint, high: bigint, isNumber = false): Schema {
  const check = (value: bigint): unknown => {
    if (value < low || value > high) return refused;
    return isNumber ? Number(value) : value;
  };
  return createSchema(type, {
    fromJson({ kind, raw }) {
      // .NET refuses -0 for unsigned integers.
      const isInteger = (low < 0n ? /^-?\d+$/ : /^\d+$/).test(raw);
      return kind === 'number' && isInteger ? check(BigInt(raw)) : refused;
    },
    fromPack(value) {
      const node = nodeOf(value);
      return node?.kind === 'integer' ? check(node.value) : refused;
    },
  });
}

export const int = createInteger('Int32', -(2n ** 31n), 2n ** 31n - 1n, true);
export const long = createInteger('Int64', -(2n ** 63n), 2n ** 63n - 1n);
export const ulong = createInteger('UInt64', 0n, 2n ** 64n - 1n);

const jsonNumber = ({ kind, raw }: JsonNode): number | undefined =>
  kind === 'number' ? Number(raw) : undefined;

export const double = createSchema('Double', {
  fromJson(node) {
    const number = jsonNumber(node);
    return number === undefined ? refused : new Double(number);
  },
  fromPack: readDouble,
});

function readDouble(value: PackValue): unknown {
  const node = nodeOf(value);
  if (node?.kind === 'integer') return new Double(Number(node.value));
  if (node?.kind !== 'float') return refused;
  return new Double(node.value, node.bytes.length === 8 ? node.bytes : widen(node.bytes));
}

/** Converts the bytes of a float to those of a double. A NaN keeps its sign and its payload. */
function widen(bytes: Uint8Array): Uint8Array | undefined {
  const bits = Buffer.from(bytes).readUInt32BE();
  const isNaN = (bits & 0x7f80_0000) === 0x7f80_0000 && (bits & 0x007f_ffff) !== 0;
  if (!isNaN) return undefined;
  const sign = BigInt(bits >>> 31) << 63n;
  const payload = BigInt(bits & 0x007f_ffff) << 29n;
  const widened = Buffer.alloc(8);
  widened.writeBigUInt64BE(sign | (0x7ffn << 52n) | (1n << 51n) | payload);
  return widened;
}

export const float = createSchema('Single', {
  fromJson(node) {
    const number = jsonNumber(node);
    return number === undefined ? refused : new Float(number);
  },
  fromPack(value) {
    const node = nodeOf(value);
    if (node?.kind === 'integer') return new Float(Number(node.value));
    return node?.kind === 'float' ? new Float(node.value) : refused;
  },
});

function createDecimal(digits: string): unknown {
  const decimal = readDecimal(digits);
  if (decimal === undefined) return refused;
  const json = formatDecimal(decimal);
  const head = json.length < 32 ? [0xa0 | json.length] : [0xd9, json.length];
  return new WireForms({
    json,
    messagePack: Buffer.concat([Buffer.from(head), Buffer.from(json)]),
  });
}

/** A number in JSON, its digits as a string in MessagePack. */
export const decimal = createSchema('Decimal', {
  fromJson: ({ kind, raw }) => (kind === 'number' ? createDecimal(raw) : refused),
  fromPack(value) {
    const digits = packText(value);
    return digits === refused ? refused : createDecimal(digits);
  },
});
