/** The format of an integer, as its MessagePack byte names it. */
export type IntegerFormat = 'fix' | 'u8' | 'u16' | 'u32' | 'u64' | 'i8' | 'i16' | 'i32' | 'i64';

/** A MessagePack value other than an array, as it was received. */
export type PackNode = (
  | { readonly kind: 'integer'; readonly value: bigint; readonly format: IntegerFormat }
  | { readonly kind: 'float'; readonly value: number; readonly bytes: Uint8Array }
  | { readonly kind: 'literal'; readonly value: null | boolean }
  | { readonly kind: 'string'; readonly bytes: Uint8Array; readonly hasOldFormat: boolean }
  | { readonly kind: 'binary'; readonly bytes: Uint8Array }
  | { readonly kind: 'extension'; readonly type: number; readonly bytes: Uint8Array }
  | { readonly kind: 'map'; readonly entries: readonly (readonly [PackValue, PackValue])[] }
) & {
  readonly isPackNode: true;
  /** The bytes of the whole value, to pass it on. */
  readonly raw: Uint8Array;
};

/** A MessagePack value. Arrays are arrays, because the server takes the arguments out of one. */
export type PackValue = PackNode | readonly PackValue[];

/** Returns whether a value was read from MessagePack. */
export const isPackValue = (value: unknown): value is PackValue =>
  Array.isArray(value)
    ? value.every(isPackValue)
    : typeof value === 'object' && value !== null && 'isPackNode' in value;
