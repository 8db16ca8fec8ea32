import type { IntegerFormat, PackNode, PackValue } from './pack-node.ts';

type Content = PackNode extends infer TNode
  ? TNode extends PackNode
    ? Omit<TNode, 'isPackNode' | 'raw'>
    : never
  : never;

const integer = (value: bigint, format: IntegerFormat): Content => ({
  kind: 'integer',
  value,
  format,
});

const FORMATS: Readonly<Record<number, IntegerFormat>> = {
  0xcc: 'u8',
  0xcd: 'u16',
  0xce: 'u32',
  0xcf: 'u64',
  0xd0: 'i8',
  0xd1: 'i16',
  0xd2: 'i32',
  0xd3: 'i64',
};

/**
 * Reads one MessagePack value with everything that .NET distinguishes: widths, order, equal keys.
 */
export function readMessagePack(bytes: Uint8Array): PackValue {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  let at = 0;

  function take(count: number): Buffer {
    const start = at;
    at += count;
    if (at > buffer.length) throw new RangeError('The MessagePack value is incomplete.');
    return buffer.subarray(start, at);
  }
  const size = (count: number): number => take(count).readUIntBE(0, count);

  const string = (length: number, hasOldFormat: boolean): Content => ({
    kind: 'string',
    bytes: Uint8Array.from(take(length)),
    hasOldFormat,
  });
  const binary = (length: number): Content => ({
    kind: 'binary',
    bytes: Uint8Array.from(take(length)),
  });
  function extension(length: number): Content {
    const type = take(1).readInt8();
    return { kind: 'extension', type, bytes: Uint8Array.from(take(length)) };
  }
  const array = (count: number): PackValue[] => Array.from({ length: count }, read);
  function map(count: number): Content {
    const entries = Array.from({ length: count }, () => {
      const key = read();
      return [key, read()] as const;
    });
    return { kind: 'map', entries };
  }
  function readInteger(code: number): Content {
    const format = FORMATS[code] as IntegerFormat;
    const width = 1 << (code & 3);
    const hex = take(width).toString('hex');
    const value = BigInt(`0x${hex}`);
    return integer(format.startsWith('i') ? BigInt.asIntN(8 * width, value) : value, format);
  }
  function readFloat(width: number): Content {
    const content = take(width);
    const value = width === 4 ? content.readFloatBE() : content.readDoubleBE();
    return { kind: 'float', value, bytes: Uint8Array.from(content) };
  }

  function read(): PackValue {
    const start = at;
    const content = readContent(take(1).readUInt8());
    if (Array.isArray(content)) return content;
    const raw = Uint8Array.from(buffer.subarray(start, at));
    return { ...content, isPackNode: true, raw } as PackNode;
  }

  function readContent(code: number): Content | PackValue[] {
    if (code < 0x80) return integer(BigInt(code), 'fix');
    if (code < 0x90) return map(code & 15);
    if (code < 0xa0) return array(code & 15);
    if (code < 0xc0) return string(code & 31, true);
    if (code >= 0xe0) return integer(BigInt(code - 256), 'fix');
    if (code in FORMATS) return readInteger(code);
    if (code >= 0xd4 && code <= 0xd8) return extension(1 << (code - 0xd4));
    switch (code) {
      case 0xc0:
        return { kind: 'literal', value: null };
      case 0xc2:
      case 0xc3:
        return { kind: 'literal', value: code === 0xc3 };
      case 0xc4:
      case 0xc5:
      case 0xc6:
        return binary(size(1 << (code - 0xc4)));
      case 0xc7:
      case 0xc8:
      case 0xc9:
        return extension(size(1 << (code - 0xc7)));
      case 0xca:
      case 0xcb:
        return readFloat(code === 0xca ? 4 : 8);
      case 0xd9:
        return string(size(1), false); // The old specification has no such format.
      case 0xda:
      case 0xdb:
        return string(size(code === 0xda ? 2 : 4), true);
      case 0xdc:
      case 0xdd:
        return array(size(code === 0xdc ? 2 : 4));
      case 0xde:
      case 0xdf:
        return map(size(code === 0xde ? 2 : 4));
      default:
        throw new TypeError(`The byte 0x${code.toString(16)} begins no MessagePack value.`);
    }
  }
  return read();
}
