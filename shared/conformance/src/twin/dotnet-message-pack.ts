import { decode, Encoder } from '@msgpack/msgpack';
import { isLosslessNumber } from 'lossless-json';
import type { MessagePackPayloadSerializer } from '@practical-signalr/server';
import { Color, DotnetObject, Double, Float } from './dotnet-values.ts';

/** Reads 64-bit numbers without loss, and writes values as MessagePack-CSharp does in the recordings. */
export const dotnetMessagePack: MessagePackPayloadSerializer = {
  decode: (bytes) => decode(bytes, { useBigInt64: true }),
  encode: write,
};

const plain = new Encoder();
const bigInts = new Encoder({ useBigInt64: true });
const floats = new Encoder({ forceIntegerToFloat: true, forceFloat32: true });
const doubles = new Encoder({ forceIntegerToFloat: true });

function write(value: unknown): Uint8Array {
  if (value instanceof Double) return doubles.encode(value.value);
  if (value instanceof Float) return floats.encode(value.value);
  if (value instanceof Color) return plain.encode(value.name);
  if (isLosslessNumber(value))
    return write(/[.eE]/.test(value.value) ? Number(value.value) : BigInt(value.value));
  // Integers need the shortest form, which the library uses only for `number`.
  if (typeof value === 'bigint') {
    return Number.isSafeInteger(Number(value))
      ? plain.encode(Number(value))
      : bigInts.encode(value);
  }
  if (Array.isArray(value))
    return Buffer.concat([head(0x90, 0xdc, value.length), ...value.map(write)]);
  if (
    typeof value !== 'object' ||
    value === null ||
    value instanceof Date ||
    ArrayBuffer.isView(value)
  ) {
    return plain.encode(value);
  }
  const spell = value instanceof DotnetObject ? capital : (name: string): string => name;
  const members = Object.entries(value).flatMap(([name, member]) => [
    plain.encode(spell(name)),
    write(member),
  ]);
  return Buffer.concat([head(0x80, 0xde, members.length / 2), ...members]);
}

const head = (short: number, long: number, count: number): Uint8Array =>
  count < 16 ? Uint8Array.of(short | count) : Uint8Array.of(long, count >> 8, count);
const capital = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);
