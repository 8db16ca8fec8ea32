import type { PackNode, PackValue } from './message-pack/pack-node.ts';
import { createSchema, refused, type Schema } from './schema.ts';
import { readTimestamp, writeTimestamp } from './message-pack/timestamps.ts';
import { WireForms } from './values.ts';

/**
 * A C# object. JSON is echoed as it was received. MessagePack values become the type that their
 * format names, and are written as this type.
 */
export const anything: Schema = createSchema('Object', {
  fromJson: (node) => node,
  fromPack(value) {
    const messagePack = write(value, false);
    return messagePack === undefined ? refused : new WireForms({ messagePack });
  },
});

/** A CancellationToken that a client passes as an argument. JSON needs an object. */
export const cancellationToken: Schema = createSchema('Threading.CancellationToken', {
  fromJson: (node) => (node.kind === 'object' ? node : refused),
  fromPack: anything.fromPack,
});

/** Returns undefined for a value that .NET refuses. */
function write(value: PackValue, isNested: boolean): Uint8Array | undefined {
  if ('isPackNode' in value) return writeNode(value, isNested);
  const items = value.map((item) => write(item, true));
  return join(head(0x90, 0xdc, items.length), items);
}

function join(
  start: Uint8Array,
  parts: readonly (Uint8Array | undefined)[],
): Uint8Array | undefined {
  const areComplete = parts.every((part): part is Uint8Array => part !== undefined);
  return areComplete ? Buffer.concat([start, ...parts]) : undefined;
}

function head(short: number, long: number, count: number): Uint8Array {
  return count < 16
    ? Uint8Array.of(short | count)
    : Uint8Array.of(long, (count >> 8) & 0xff, count & 0xff);
}

function writeNode(node: PackNode, isNested: boolean): Uint8Array | undefined {
  switch (node.kind) {
    case 'integer':
      return isNested ? writeTyped(node) : writeShortest(node.value);
    case 'float':
      return Buffer.concat([Uint8Array.of(node.bytes.length === 4 ? 0xca : 0xcb), node.bytes]);
    case 'literal':
      if (node.value === null) return Uint8Array.of(0xc0);
      return Uint8Array.of(node.value ? 0xc3 : 0xc2);
    case 'string': {
      const text = Buffer.from(Buffer.from(node.bytes).toString('utf8'));
      if (text.length < 32) return Buffer.concat([Uint8Array.of(0xa0 | text.length), text]);
      const size = text.length;
      const isShort = size < 256;
      const start = isShort ? [0xd9, size] : [0xda, (size >> 8) & 0xff, size & 0xff];
      return Buffer.concat([Buffer.from(start), text]);
    }
    case 'binary': {
      const size = node.bytes.length;
      const start = size < 256 ? [0xc4, size] : [0xc5, (size >> 8) & 0xff, size & 0xff];
      return Buffer.concat([Buffer.from(start), node.bytes]);
    }
    case 'extension': {
      const ticks = node.type === -1 ? readTimestamp(node.bytes) : undefined;
      return ticks === undefined ? undefined : writeTimestamp(ticks);
    }
    case 'map':
      return writeMap(node);
  }
}

function writeMap({ entries }: PackNode & { kind: 'map' }): Uint8Array | undefined {
  const keys = entries.map(([key]) => write(key, true));
  const names = keys.map((key) => key && Buffer.from(key).toString('hex'));
  const hasNull = names.includes('c0');
  // Arrays and maps are never equal to another key. Of other keys, .NET refuses the second one.
  const simpleNames = names.filter((_, i) => {
    const key = entries[i]?.[0];
    return key !== undefined && 'isPackNode' in key && key.kind !== 'map';
  });
  if (hasNull || new Set(simpleNames).size < simpleNames.length) return undefined;
  const parts = entries.flatMap(([, value], i) => [keys[i], write(value, true)]);
  return join(head(0x80, 0xde, entries.length), parts);
}

const CODES = {
  u8: 0xcc,
  u16: 0xcd,
  u32: 0xce,
  u64: 0xcf,
  i8: 0xd0,
  i16: 0xd1,
  i32: 0xd2,
  i64: 0xd3,
} as const;

/**
 * Writes an integer of a collection in the width in which it was received, or in two bytes if it
 * was a single byte.
 */
function writeTyped({ value, format }: PackNode & { kind: 'integer' }): Uint8Array {
  const fixFormat = value < 0n ? 'i8' : 'u8';
  return writeInteger(value, format === 'fix' ? fixFormat : format);
}

function writeInteger(value: bigint, format: keyof typeof CODES): Uint8Array {
  const bits = Number(format.slice(1));
  const hex = BigInt.asUintN(bits, value)
    .toString(16)
    .padStart(bits / 4, '0');
  return Buffer.concat([Uint8Array.of(CODES[format]), Buffer.from(hex, 'hex')]);
}

function writeShortest(value: bigint): Uint8Array {
  if (value >= -32n && value < 128n) return Uint8Array.of(Number(value) & 0xff);
  const kind = value < 0n ? 'i' : 'u';
  const widths = [8, 16, 32, 64] as const;
  const width = widths.find((bits) =>
    kind === 'u' ? BigInt.asUintN(bits, value) === value : BigInt.asIntN(bits, value) === value,
  );
  return writeInteger(value, `${kind}${width ?? 64}`);
}
