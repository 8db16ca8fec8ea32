import type { Head, JsonTree, MessageRecord, PackTree } from './trees.ts';

export const RECORD_SEPARATOR = '\u001e';

/** Values that only the server knows, by name. In a text, `«name»` stands for the value. */
export type Values = Readonly<Record<string, string>>;

export const fillIn = (text: string, values: Values): string =>
  text.replace(/«([^»]*)»/g, (whole, name: string) => values[name] ?? whole);

export function writeJson(tree: JsonTree): string {
  if (typeof tree === 'string') return tree;
  if ('object' in tree)
    return `{${tree.object.map(([key, value]) => `${key}:${writeJson(value)}`).join(',')}}`;
  if ('array' in tree) return `[${tree.array.map(writeJson).join(',')}]`;
  return tree.parts.map(writeJson).join('');
}

type Kind = 'text' | 'array' | 'map';
/** The first byte, and the number of bytes of the length if they follow it. */
const HEADS: Readonly<Record<Kind, Partial<Record<Head, readonly [number, number]>>>> = {
  text: {
    fix: [0xa0, 0],
    8: [0xd9, 1],
    16: [0xda, 2],
    32: [0xdb, 4],
    bin8: [0xc4, 1],
    bin16: [0xc5, 2],
    bin32: [0xc6, 4],
  },
  array: { fix: [0x90, 0], 16: [0xdc, 2], 32: [0xdd, 4] },
  map: { fix: [0x80, 0], 16: [0xde, 2], 32: [0xdf, 4] },
};

function shortestHead(kind: Kind, length: number): Head {
  if (length < (kind === 'text' ? 32 : 16)) return 'fix';
  return kind === 'text' && length < 256 ? '8' : '16';
}

function writeHead(kind: Kind, wanted: Head | undefined, length: number): Buffer {
  const head = HEADS[kind][wanted ?? shortestHead(kind, length)] ?? HEADS[kind][16];
  const [first, size] = head as readonly [number, number];
  if (size === 0) return Buffer.from([first | (length & (kind === 'text' ? 31 : 15))]);
  const bytes = Buffer.alloc(1 + size);
  bytes[0] = first;
  bytes.writeUIntBE(length % 2 ** (8 * size), 1, size);
  return bytes;
}

export function writePack(tree: PackTree, values: Values = {}): Buffer {
  if (typeof tree === 'string') return Buffer.from(tree, 'hex');
  if ('text' in tree) {
    const bytes = Buffer.from(fillIn(tree.text, values));
    return Buffer.concat([writeHead('text', tree.head, bytes.length), bytes]);
  }
  const kind = 'array' in tree ? 'array' : 'map';
  const items = 'array' in tree ? tree.array : tree.map.flat();
  const count = tree.count ?? ('array' in tree ? tree.array : tree.map).length;
  const head = writeHead(kind, tree.head, count);
  return Buffer.concat([head, ...items.map((item) => writePack(item, values))]);
}

/** Writes the length that precedes a MessagePack message. */
export function writeLength(length: number): Buffer {
  const bytes: number[] = [];
  let rest = length;
  while (rest > 0x7f) {
    bytes.push((rest & 0x7f) | 0x80);
    rest >>>= 7;
  }
  return Buffer.from([...bytes, rest]);
}

export function writeRecord(record: MessageRecord, values: Values = {}): Buffer {
  if (record.json !== undefined)
    return Buffer.from(fillIn(writeJson(record.json), values) + (record.end ?? RECORD_SEPARATOR));
  if (record.pack !== undefined) {
    const body = writePack(record.pack, values);
    const { prefix } = record;
    const length = prefix === undefined ? writeLength(body.length) : Buffer.from(prefix, 'hex');
    return Buffer.concat([length, body]);
  }
  if (record.hex !== undefined) return Buffer.from(record.hex, 'hex');
  return Buffer.from(fillIn(record.text ?? '', values));
}
