import type { MessagePackReader } from './message-pack-reader.ts';
import type { MessagePackWriter } from './message-pack-writer.ts';

/**
 * Reads and writes one item of a message. `missing` is the value if the peer omits the item at the
 * end.
 */
export interface FieldKind<TValue> {
  read(reader: MessagePackReader): TValue;
  write(writer: MessagePackWriter, value: TValue): void;
  readonly missing: TValue;
  /** True if the item is omitted when it is undefined. */
  readonly trailing?: boolean;
}

/**
 * A hub message, encoded in each hub protocol, by the name of the protocol. Strings are sent as
 * UTF-8.
 */
export type Payloads = ReadonlyMap<string, string | Uint8Array>;
/** Claims in the order of the token. A name may occur more than once. */
export type Claims = readonly (readonly [name: string, value: string])[];
export type Headers = ReadonlyMap<string, readonly string[]>;

/** The optional members that most messages carry. */
export interface Extension {
  readonly tracingId?: number | bigint;
  /** The duration of a group membership, in seconds. */
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

/** An integer that is always written in 32 bits, as .NET writes its enums. */
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

/** Bytes at the end of a message. A value of another type is ignored, as in Microsoft's SDK. */
export const trailingBytes: FieldKind<Uint8Array | null | undefined> = {
  read: (reader) => reader.binaryOrSkip(),
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
      const protocol = (reader.string() ?? '').toLowerCase();
      map.set(protocol, reader.binary() ?? noBytes);
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
    const entries: [string, string][] = [];
    for (let left = reader.mapLength(); left > 0; left--) {
      const name = reader.string() ?? '';
      entries.push([name, reader.string() ?? '']);
    }
    return entries;
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
    for (let left = reader.mapLength(); left > 0; left--) {
      const name = reader.string() ?? '';
      map.set(name, readStrings(reader));
    }
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
    const result: { -readonly [TName in keyof Extension]: Extension[TName] } = {};
    for (let left = length; left > 0; left--) {
      const key = reader.integer();
      if (key === 1) result.tracingId = reader.integer() ?? 0;
      else if (key === 2) result.ttl = Number(reader.integer() ?? 0);
      else if (key === 3) result.protocol = reader.string() ?? '';
      else if (key === 4) result.filter = reader.string() ?? '';
      else if (key === 5) result.dataType = Number(reader.integer() ?? 0);
      else if (key === 6) result.partial = reader.boolean();
      else reader.skip();
    }
    return result;
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
  const count = reader.arrayLength();
  if (count === 0) return noStrings;
  const values: string[] = [];
  for (let left = count; left > 0; left--) values.push(reader.string() ?? '');
  return values;
}

function writeStrings(writer: MessagePackWriter, values: readonly string[]): void {
  writer.arrayHeader(values.length);
  for (const value of values) writer.string(value);
}

const nullableNumber = (value: number | bigint | null): number | null =>
  value === null ? null : Number(value);
