import { randomFillSync } from 'node:crypto';

/** The length of an id in bytes. */
export const ID_LENGTH = 16;
/** The number of ids whose bytes are generated at once, because each call of OpenSSL is slow. */
const POOLED_IDS = 256;

const pool = Buffer.alloc(POOLED_IDS * ID_LENGTH);
let nextId = pool.length;

/** Returns the bytes of a random id. They are a view, which is valid until the next call. */
export function randomIdBytes(): Buffer {
  if (nextId === pool.length) {
    randomFillSync(pool);
    nextId = 0;
  }
  const start = nextId;
  nextId += ID_LENGTH;
  return pool.subarray(start, nextId);
}

/** Returns a random id as text: 128 bits in base64url. */
export const randomId = (): string => randomIdBytes().toString('base64url');
