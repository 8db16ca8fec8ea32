import type { JsonMember, JsonTree, MessageRecord, PackTree, Protocol } from './trees.ts';

/** A value that both protocols can write. */
export type Plain = null | boolean | number | string | readonly Plain[] | { [key: string]: Plain };

/**
 * A message of either protocol, for cases that are about the order of messages, not their spelling.
 */
export interface NeutralMessage {
  readonly type: number;
  readonly id?: string;
  readonly target?: string;
  readonly args?: readonly Plain[];
  readonly streams?: readonly string[];
  readonly item?: Plain;
  readonly result?: Plain;
  readonly error?: string;
  readonly allowReconnect?: boolean;
  readonly sequenceId?: number;
}

const quote = (text: string): string => JSON.stringify(text);

export function toJsonTree(value: Plain): JsonTree {
  if (Array.isArray(value)) return { array: value.map(toJsonTree) };
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  return { object: Object.entries(value).map(([key, item]) => [quote(key), toJsonTree(item)]) };
}

export function toPackTree(value: Plain): PackTree {
  if (value === null) return 'c0';
  if (typeof value === 'boolean') return value ? 'c3' : 'c2';
  if (typeof value === 'string') return { text: value };
  if (typeof value === 'number')
    return Number.isInteger(value) ? packInteger(value) : packDouble(value);
  if (Array.isArray(value)) return { array: value.map(toPackTree) };
  return { map: Object.entries(value).map(([key, item]) => [{ text: key }, toPackTree(item)]) };
}

export function packDouble(value: number): string {
  const bytes = Buffer.alloc(9, 0xcb);
  bytes.writeDoubleBE(value, 1);
  return bytes.toString('hex');
}

export type IntegerForm = 'u8' | 'u16' | 'u32' | 'u64' | 'i8' | 'i16' | 'i32' | 'i64';
const CODES: Readonly<Record<IntegerForm, string>> = {
  u8: 'cc',
  u16: 'cd',
  u32: 'ce',
  u64: 'cf',
  i8: 'd0',
  i16: 'd1',
  i32: 'd2',
  i64: 'd3',
};
export const INTEGER_FORMS = Object.keys(CODES) as IntegerForm[];

const bitsOf = (form: IntegerForm): number => Number(form.slice(1));
export const fits = (value: bigint, form: IntegerForm): boolean =>
  form.startsWith('u')
    ? BigInt.asUintN(bitsOf(form), value) === value
    : BigInt.asIntN(bitsOf(form), value) === value;

/** Writes an integer as MessagePack: in its shortest form, or in another one. */
export function packInteger(value: number | bigint, form?: IntegerForm): string {
  const integer = BigInt(value);
  if (form === undefined && integer >= -32n && integer < 128n)
    return BigInt.asUintN(8, integer).toString(16).padStart(2, '0');
  const signs = integer < 0n ? 'i' : 'u';
  const shortest = INTEGER_FORMS.find((one) => one.startsWith(signs) && fits(integer, one));
  const used = form ?? shortest ?? 'u64';
  const hex = BigInt.asUintN(bitsOf(used), integer).toString(16);
  return CODES[used] + hex.padStart(bitsOf(used) / 4, '0');
}

/** Writes a message as a record of the protocol. */
export function createRecord(protocol: Protocol, message: NeutralMessage): MessageRecord {
  return protocol === 'json' ? { json: toJson(message) } : { pack: toPack(message) };
}

const NAMES: readonly (readonly [string, keyof NeutralMessage])[] = [
  ['"invocationId"', 'id'],
  ['"target"', 'target'],
  ['"arguments"', 'args'],
  ['"streamIds"', 'streams'],
  ['"item"', 'item'],
  ['"result"', 'result'],
  ['"error"', 'error'],
  ['"allowReconnect"', 'allowReconnect'],
  ['"sequenceId"', 'sequenceId'],
];

function toJson(message: NeutralMessage): { object: JsonMember[] } {
  const object: JsonMember[] = [['"type"', String(message.type)]];
  for (const [name, key] of NAMES) {
    const value = message[key];
    if (value !== undefined) object.push([name, toJsonTree(value)]);
  }
  return { object };
}

function toPack(message: NeutralMessage): PackTree {
  const { type, id = null, target = '', args = [], streams = [] } = message;
  const start = [packInteger(type), { map: [] }, toPackTree(id)];
  switch (type) {
    case 1:
    case 4:
      return { array: [...start, { text: target }, toPackTree(args), toPackTree(streams)] };
    case 2:
      return { array: [...start, toPackTree(message.item ?? null)] };
    case 3:
      return { array: [...start, ...toPackResult(message)] };
    case 5:
      return { array: start };
    case 7: {
      const { error = null, allowReconnect = false } = message;
      return { array: [packInteger(type), toPackTree(error), toPackTree(allowReconnect)] };
    }
    case 8:
    case 9:
      return { array: [packInteger(type), packInteger(message.sequenceId ?? 0)] };
    default:
      return { array: [packInteger(type)] };
  }
}

function toPackResult({ error, result }: NeutralMessage): PackTree[] {
  if (error !== undefined) return ['01', { text: error }];
  return result === undefined ? ['02'] : ['03', toPackTree(result)];
}
