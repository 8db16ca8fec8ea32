import { type JsonNode, textOf } from './json/json-node.ts';
import { readDateTime, readDateTimeOffset, readTimeSpan } from './json/json-times.ts';
import { int, long } from './numbers.ts';
import type { PackValue } from './message-pack/pack-node.ts';
import { createSchema, nodeOf, refused, type Schema } from './schema.ts';
import { areTicks, readTimestamp, writeTimestamp } from './message-pack/timestamps.ts';
import { WireForms } from './values.ts';

const TICKS_PER_MINUTE = 600_000_000n;
const MAXIMUM_OFFSET = 14 * 60;

/** Converts a string of JSON to the string that .NET writes for its value. */
const fromText =
  (read: (text: string) => string | undefined) =>
  (node: JsonNode): unknown => {
    const text = node.kind === 'string' ? textOf(node) : undefined;
    const written = text === undefined ? undefined : read(text);
    return written === undefined ? refused : new WireForms({ json: JSON.stringify(written) });
  };

function readTicks(value: PackValue | undefined): bigint | undefined {
  const node = value === undefined ? undefined : nodeOf(value);
  return node?.kind === 'extension' && node.type === -1 ? readTimestamp(node.bytes) : undefined;
}

/** A string in JSON, a timestamp in MessagePack. */
export const dateTime: Schema = createSchema('DateTime', {
  fromJson: fromText(readDateTime),
  fromPack(value) {
    const ticks = readTicks(value);
    return ticks === undefined ? refused : new WireForms({ messagePack: writeTimestamp(ticks) });
  },
});

/** The value of a DateTime that is not set. */
export const defaultDateTime = new WireForms({
  json: '"0001-01-01T00:00:00"',
  messagePack: writeTimestamp(0n),
});

/**
 * A string in JSON. In MessagePack, an array of the local time as a timestamp and the offset in
 * minutes.
 */
export const dateTimeOffset: Schema = createSchema('DateTimeOffset', {
  fromJson: fromText(readDateTimeOffset),
  fromPack(value) {
    if ('isPackNode' in value || value.length !== 2) return refused;
    const ticks = readTicks(value[0]);
    const offset = int.fromPack(value[1] as PackValue);
    if (ticks === undefined || typeof offset !== 'number') return refused;
    const isInRange = areTicks(ticks - BigInt(offset) * TICKS_PER_MINUTE);
    if (Math.abs(offset) > MAXIMUM_OFFSET || !isInRange) return refused;
    const messagePack = Buffer.concat([
      Uint8Array.of(0x92),
      writeTimestamp(ticks),
      writeOffset(offset),
    ]);
    return new WireForms({ messagePack });
  },
});

/** Writes an integer from -840 to 840. */
function writeOffset(offset: number): Uint8Array {
  if (offset >= -32 && offset < 128) return Uint8Array.of(offset & 0xff);
  if (offset >= 128 && offset < 256) return Uint8Array.of(0xcc, offset);
  if (offset < 0 && offset >= -128) return Uint8Array.of(0xd0, offset & 0xff);
  return Uint8Array.of(offset < 0 ? 0xd1 : 0xcd, (offset >> 8) & 0xff, offset & 0xff);
}

/** A string in JSON. In MessagePack, the number of units of 100 ns. */
export const timeSpan: Schema = createSchema('TimeSpan', {
  fromJson: fromText(readTimeSpan),
  fromPack: long.fromPack,
});
