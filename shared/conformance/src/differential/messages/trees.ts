/**
 * JSON that can be written, also invalid JSON, and made smaller piece by piece. A string is JSON
 * text as it stands; the keys of objects are JSON text too. `parts` are written one after the
 * other.
 */
export type JsonTree =
  | string
  | { readonly object: readonly JsonMember[] }
  | { readonly array: readonly JsonTree[] }
  | { readonly parts: readonly JsonTree[] };
export type JsonMember = readonly [key: string, value: JsonTree];

/** The format of a length: `fix` in the first byte, otherwise the bits that follow it. */
export type Head = 'fix' | '8' | '16' | '32' | 'bin8' | 'bin16' | 'bin32';

/**
 * MessagePack that can be written, also invalid MessagePack. A string is hexadecimal bytes. `head`
 * is the format of the length (default: the shortest), `count` a length that is claimed instead of
 * the right one.
 */
export type PackTree =
  | string
  | { readonly text: string; readonly head?: Head }
  | { readonly array: readonly PackTree[]; readonly head?: Head; readonly count?: number }
  | { readonly map: readonly PackMember[]; readonly head?: Head; readonly count?: number };
export type PackMember = readonly [key: PackTree, value: PackTree];

/** One record of a message stream. `end` and `prefix` (hexadecimal) replace the right delimiter. */
export interface MessageRecord {
  readonly json?: JsonTree;
  readonly end?: string;
  readonly pack?: PackTree;
  readonly prefix?: string;
  readonly text?: string;
  readonly hex?: string;
}

export type Protocol = 'json' | 'messagepack';
