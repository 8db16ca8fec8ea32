import type { MessagePackReader } from './message-pack-reader.ts';
import type { MessagePackWriter } from './message-pack-writer.ts';

/** How one item of a message is read and written. `missing` stands for a trailing item that the peer left away. */
export interface FieldKind<TValue> {
  read(reader: MessagePackReader): TValue;
  write(writer: MessagePackWriter, value: TValue): void;
  readonly missing: TValue;
  /** True where the item is written only when there is one. */
  readonly trailing?: boolean;
}

/** One encoded hub message for each hub protocol, by its name. Text counts as its UTF-8 bytes. */
export type Payloads = ReadonlyMap<string, string | Uint8Array>;
/** Claims in their order; a name may come more than once. */
export type Claims = readonly (readonly [name: string, value: string])[];
export type Headers = ReadonlyMap<string, readonly string[]>;

/** What rides beside the items of most messages. */
export interface Extension {
  readonly tracingId?: number | bigint;
  /** Seconds that a membership lasts. */
  readonly ttl?: number;
  /** The client's hub protocol. */
  readonly protocol?: string;
  readonly filter?: string;
  /** 1 handshake, 2 invocation, 3 other. */
  readonly dataType?: number;
  readonly partial?: boolean;
}

const none: Extension = {};
const noStrings: readonly string[] = [];
const noBytes = new Uint8Array(0);

export const text = (missing: string | null = null): FieldKind<string | null> => ({
  read: (reader) => reader.string(),
  write: (writer, value) => writer.string(value),
  missing,
});

export const integer = (missing = 0): FieldKind<number> => ({
  read: (reader) => Number(reader.integer() ?? missing),
  write: (writer, value) => writer.integer(value),
  missing,
});

/** Written with all its 32 bits, as .NET's enums in the newest messages are. */
export const int32: FieldKind<number> = {
  read: (reader) => Number(reader.integer() ?? 0),
  write: (writer, value) => writer.int32(value),
  missing: 0,
};

export const optionalInteger: FieldKind<number | null> = {
  read: (reader) => nullableNumber(reader.integer()),
  write: (writer, value) => (value === null ? writer.nil() : writer.integer(value)),
  missing: null,
};

export const trailingBoolean: FieldKind<boolean | undefined> = {
  read: (reader) => reader.boolean(),
  write: (writer, value) => writer.boolean(value === true),
  missing: undefined,
  trailing: true,
};

export const trailingBytes: FieldKind<Uint8Array | null | undefined> = {
  read: (reader) => reader.binary(),
  write: (writer, value) =>
    value === null || value === undefined ? writer.nil() : writer.binary(value),
  missing: undefined,
  trailing: true,
};

export const bytes: FieldKind<string | Uint8Array> = {
  read: (reader) => reader.binary() ?? noBytes,
  write: (writer, value) => writer.binary(value),
  missing: noBytes,
};

export const strings: FieldKind<readonly string[]> = {
  read: readStrings,
  write: writeStrings,
  missing: noStrings,
};

export const payloads: FieldKind<Payloads> = {
  read(reader) {
    const map = new Map<string, Uint8Array>();
    for (let left = reader.mapLength(); left > 0; left--) {
      map.set((reader.string() ?? '').toLowerCase(), reader.binary() ?? noBytes);
    }
    return map;
  },
  write(writer, value) {
    writer.mapHeader(value.size);
    for (const [protocol, payload] of value) {
      writer.string(protocol);
      writer.binary(payload);
    }
  },
  missing: new Map(),
};

export const claims: FieldKind<Claims> = {
  read(reader) {
    const list: [string, string][] = [];
    for (let left = reader.mapLength(); left > 0; left--)
      list.push([reader.string() ?? '', reader.string() ?? '']);
    return list;
  },
  write(writer, value) {
    writer.mapHeader(value.length);
    for (const [name, claim] of value) {
      writer.string(name);
      writer.string(claim);
    }
  },
  missing: [],
};

export const headers: FieldKind<Headers> = {
  read(reader) {
    const map = new Map<string, readonly string[]>();
    for (let left = reader.mapLength(); left > 0; left--)
      map.set(reader.string() ?? '', readStrings(reader));
    return map;
  },
  write(writer, value) {
    writer.mapHeader(value.size);
    for (const [name, values] of value) {
      writer.string(name);
      writeStrings(writer, values);
    }
  },
  missing: new Map(),
};

export const extension: FieldKind<Extension | undefined> = {
  read(reader) {
    const length = reader.mapLength();
    if (length === 0) return none;
    const found: { -readonly [TName in keyof Extension]: Extension[TName] } = {};
    for (let left = length; left > 0; left--) {
      const key = reader.integer();
      if (key === 1) found.tracingId = reader.integer() ?? 0;
      else if (key === 2) found.ttl = Number(reader.integer() ?? 0);
      else if (key === 3) found.protocol = reader.string() ?? '';
      else if (key === 4) found.filter = reader.string() ?? '';
      else if (key === 5) found.dataType = Number(reader.integer() ?? 0);
      else if (key === 6) found.partial = reader.boolean();
      else reader.skip();
    }
    return found;
  },
  write(writer, value) {
    if (value === undefined || value === none) return writer.mapHeader(0);
    const { tracingId, ttl, protocol, filter, dataType, partial } = value;
    const items = [tracingId, ttl, protocol, filter, dataType, partial];
    writer.mapHeader(items.filter((item) => item !== undefined).length);
    for (const [i, item] of items.entries()) {
      if (item === undefined) continue;
      writer.integer(i + 1);
      if (typeof item === 'string') writer.string(item);
      else if (typeof item === 'boolean') writer.boolean(item);
      else writer.integer(item);
    }
  },
  missing: none,
};

function readStrings(reader: MessagePackReader): readonly string[] {
  let left = reader.arrayLength();
  if (left === 0) return noStrings;
  const list: string[] = [];
  for (; left > 0; left--) list.push(reader.string() ?? '');
  return list;
}

function writeStrings(writer: MessagePackWriter, list: readonly string[]): void {
  writer.arrayHeader(list.length);
  for (const value of list) writer.string(value);
}

const nullableNumber = (value: number | bigint | null): number | null =>
  value === null ? null : Number(value);
