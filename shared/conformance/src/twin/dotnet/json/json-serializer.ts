import type { PayloadSerializer } from '@practical-signalr/server';
import { ArgumentException } from '../errors.ts';
import { isJsonNode, type JsonNode } from './json-node.ts';
import { readJson } from './json-reader.ts';
import { Color, Dictionary, Double, Float, WireForms } from '../values.ts';

/** Reads values as nodes, which the types convert, and writes them as System.Text.Json does. */
export const dotnetJson: PayloadSerializer = {
  parse: readJson,
  stringify: write,
  stringifyText: writeText,
};

function write(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (typeof value === 'string') return writeText(value);
  if (typeof value === 'number') return writeDouble(value);
  if (typeof value === 'bigint' || typeof value === 'boolean') return String(value);
  if (isJsonNode(value)) return writeNode(value);
  if (value instanceof WireForms) return value.json;
  if (value instanceof Double) return writeDouble(value.value);
  if (value instanceof Float) return writeDouble(value.shortest, FLOAT_DIGITS);
  if (value instanceof Color) return String(value.number);
  if (value instanceof Uint8Array) return writeText(Buffer.from(value).toString('base64'));
  if (value instanceof Dictionary) return writeMembers(value.entries);
  if (Array.isArray(value)) return `[${value.map(write).join(',')}]`;
  return writeMembers(Object.entries(value));
}

function writeMembers(members: readonly (readonly [string, unknown])[]): string {
  const texts = members.map(([name, member]) => `${writeText(name)}:${write(member)}`);
  return `{${texts.join(',')}}`;
}

/** Writes a value that was received. Numbers keep their digits, strings are escaped again. */
function writeNode(node: JsonNode): string {
  switch (node.kind) {
    case 'string':
      return writeText(JSON.parse(node.raw) as string);
    case 'object':
      return writeMembers(node.members);
    case 'array':
      return `[${node.items.map(writeNode).join(',')}]`;
    default:
      return node.raw;
  }
}

/** Numbers with more digits before the point are written with an exponent. */
const DOUBLE_DIGITS = 17;
const FLOAT_DIGITS = 9;
const NOT_FINITE =
  ".NET number values such as positive and negative infinity cannot be written as valid JSON. To make it work when using 'JsonSerializer', consider specifying 'JsonNumberHandling.AllowNamedFloatingPointLiterals' (see https://learn.microsoft.com/dotnet/api/system.text.json.serialization.jsonnumberhandling).";

const short: Record<string, string> = {
  '"': '\\"',
  '\\': '\\\\',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};
/** The characters that UnsafeRelaxedJsonEscaping of .NET escapes, and characters above U+FFFF. */
const ESCAPED = /["\\\p{Cc}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\ufeff\u{10000}-\u{10ffff}]|(?! )\p{Zs}/gu;

/** Writes a string. Code units are escaped with upper-case hexadecimal digits. */
function writeText(text: string): string {
  return `"${text.replace(ESCAPED, escape)}"`;
}
function escape(character: string): string {
  const codeUnits = character.split('');
  const escapes = codeUnits.map(
    (unit) => `\\u${unit.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`,
  );
  return short[character] ?? escapes.join('');
}

/**
 * Returns the shortest form of a double. .NET writes an exponent for numbers from 1E+17 and below
 * 0.0001.
 */
export function writeDouble(value: number, maximumDigits = DOUBLE_DIGITS): string {
  if (!Number.isFinite(value)) throw new ArgumentException(NOT_FINITE);
  if (Object.is(value, -0)) return '-0';
  const [digits, exponent] = value.toExponential().split('e') as [string, string];
  const power = Number(exponent);
  if (value === 0 || (power >= -5 && power < maximumDigits))
    return power === -5 ? scientific(digits, power) : String(value);
  return scientific(digits, power);
}
const scientific = (digits: string, power: number): string =>
  `${digits}E${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
