import type { Random } from './random.ts';

/** Bytes at the borders of what encodings allow, which find more faults than random bytes. */
const BORDERS = [
  0x00, 0x1e, 0x22, 0x25, 0x2c, 0x3a, 0x5b, 0x5c, 0x5d, 0x7b, 0x7d, 0x7f, 0x80,
].concat([0x90, 0xa0, 0xbf, 0xc0, 0xc2, 0xc6, 0xc7, 0xdb, 0xdd, 0xdf, 0xe0, 0xed, 0xf4, 0xff]);

/** The largest input that a mutation creates, in bytes. */
const LARGEST = 4096;

type Mutation = (bytes: Buffer, random: Random, corpus: readonly Buffer[]) => Buffer;

const mutations: readonly Mutation[] = [
  function changeByte(bytes, random) {
    const changed = Buffer.from(bytes);
    changed[random.below(bytes.length)] = random.below(256);
    return changed;
  },
  function changeToBorder(bytes, random) {
    const changed = Buffer.from(bytes);
    changed[random.below(bytes.length)] = random.pick(BORDERS);
    return changed;
  },
  function flipBit(bytes, random) {
    const changed = Buffer.from(bytes);
    const at = random.below(bytes.length);
    changed[at] = (changed[at] ?? 0) ^ (1 << random.below(8));
    return changed;
  },
  function removeRange(bytes, random) {
    const [start, end] = range(bytes, random);
    return Buffer.concat([bytes.subarray(0, start), bytes.subarray(end)]);
  },
  function repeatRange(bytes, random) {
    const [start, end] = range(bytes, random);
    const repeated = Array.from({ length: 1 + random.below(40) }, () => bytes.subarray(start, end));
    return Buffer.concat([bytes.subarray(0, start), ...repeated, bytes.subarray(end)]);
  },
  function insertBytes(bytes, random) {
    const at = random.below(bytes.length + 1);
    const inserted = Array.from({ length: 1 + random.below(4) }, () => random.below(256));
    return Buffer.concat([bytes.subarray(0, at), Buffer.from(inserted), bytes.subarray(at)]);
  },
  function truncate(bytes, random) {
    return bytes.subarray(0, random.below(bytes.length));
  },
  function joinWithOther(bytes, random, corpus) {
    const other = random.pick(corpus);
    const start = bytes.subarray(0, random.below(bytes.length + 1));
    return Buffer.concat([start, other.subarray(random.below(other.length + 1))]);
  },
];

function range(bytes: Buffer, random: Random): [number, number] {
  const start = random.below(bytes.length);
  return [start, start + 1 + random.below(Math.min(32, bytes.length - start))];
}

/** Returns an input of the corpus with one to five random changes. */
export function mutateBytes(corpus: readonly Buffer[], random: Random): Buffer {
  let bytes = random.pick(corpus);
  for (let count = 1 + random.below(5); count > 0; count--) {
    if (bytes.length === 0) bytes = Buffer.of(random.below(256));
    bytes = random.pick(mutations)(bytes, random, corpus);
  }
  return bytes.length > LARGEST ? bytes.subarray(0, LARGEST) : bytes;
}
