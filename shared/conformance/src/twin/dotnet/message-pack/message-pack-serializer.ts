import { Encoder } from '@msgpack/msgpack';
import type { MessagePackPayloadSerializer } from '@practical-signalr/server';
import { readMessagePack } from './message-pack-reader.ts';
import { isPackValue } from './pack-node.ts';
import { Color, Dictionary, DotnetObject, Double, Float, WireForms } from '../values.ts';

/** Reads values as nodes, which the types convert, and writes them as MessagePack-CSharp does. */
export const dotnetMessagePack: MessagePackPayloadSerializer = {
  decode: readMessagePack,
  encode: write,
};

const plain = new Encoder();
const bigInts = new Encoder({ useBigInt64: true });
const floats = new Encoder({ forceIntegerToFloat: true, forceFloat32: true });
const doubles = new Encoder({ forceIntegerToFloat: true });

function write(value: unknown): Uint8Array {
  if (value instanceof WireForms) return value.messagePack;
  if (value instanceof Double)
    return value.bytes === undefined
      ? doubles.encode(value.value)
      : Buffer.concat([Uint8Array.of(0xcb), value.bytes]);
  if (value instanceof Float) return floats.encode(value.value);
  if (value instanceof Color) return plain.encode(value.name);
  // Integers need the shortest form, which the library uses only for `number`.
  if (typeof value === 'bigint') {
    return Number.isSafeInteger(Number(value))
      ? plain.encode(Number(value))
      : bigInts.encode(value);
  }
  if (value instanceof Dictionary) return writeMap(value.entries);
  // A client result that another server receives.
  if (isPackValue(value) && 'isPackNode' in value) return value.raw;
  if (Array.isArray(value))
    return Buffer.concat([head(0x90, 0xdc, value.length), ...value.map(write)]);
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value))
    return plain.encode(value);
  const spell = value instanceof DotnetObject ? capital : (name: string): string => name;
  return writeMap(Object.entries(value).map(([name, member]) => [spell(name), member]));
}

function writeMap(entries: readonly (readonly [string, unknown])[]): Uint8Array {
  const members = entries.flatMap(([name, member]) => [plain.encode(name), write(member)]);
  return Buffer.concat([head(0x80, 0xde, entries.length), ...members]);
}

const head = (short: number, long: number, count: number): Uint8Array =>
  count < 16 ? Uint8Array.of(short | count) : Uint8Array.of(long, count >> 8, count);

const capital = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);
