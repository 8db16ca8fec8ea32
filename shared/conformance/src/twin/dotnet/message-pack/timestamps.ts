const TICKS_PER_SECOND = 10_000_000n;
/** The seconds from the first day of year 1, the zero of .NET, to 1970. */
const SECONDS_BEFORE_1970 = 62_135_596_800n;
const MAXIMUM_TICKS = 3_155_378_975_999_999_999n;

/**
 * Reads a MessagePack timestamp as .NET ticks (100 ns since year 1). Returns undefined outside
 * years 1 to 9999.
 */
export function readTimestamp(bytes: Uint8Array): bigint | undefined {
  const buffer = Buffer.from(bytes);
  switch (buffer.length) {
    case 4:
      return createTicks(BigInt(buffer.readUInt32BE()), 0n);
    case 8: {
      const bits = buffer.readBigUInt64BE();
      return createTicks(bits & (2n ** 34n - 1n), bits >> 34n);
    }
    case 12:
      return createTicks(buffer.readBigInt64BE(4), BigInt(buffer.readUInt32BE()));
    default:
      return undefined;
  }
}

/**
 * Returns the ticks of a time. More than 10 ** 9 nanoseconds are added to the seconds, as in
 * MessagePack-CSharp.
 */
function createTicks(seconds: bigint, nanoseconds: bigint): bigint | undefined {
  const start = (seconds + SECONDS_BEFORE_1970) * TICKS_PER_SECOND;
  const ticks = start + nanoseconds / 100n;
  return areTicks(start) && areTicks(ticks) ? ticks : undefined;
}

/** Returns whether a number of ticks is in the years 1 to 9999. */
export const areTicks = (ticks: bigint): boolean => ticks >= 0n && ticks <= MAXIMUM_TICKS;

/** Writes the shortest of the three formats of a timestamp. */
export function writeTimestamp(ticks: bigint): Uint8Array {
  const seconds = ticks / TICKS_PER_SECOND - SECONDS_BEFORE_1970;
  const nanoseconds = (ticks % TICKS_PER_SECOND) * 100n;
  const isLong = seconds < 0n || seconds >= 2n ** 34n;
  if (isLong) {
    const bytes = Buffer.from([0xc7, 12, 0xff, ...Buffer.alloc(12)]);
    bytes.writeUInt32BE(Number(nanoseconds), 3);
    bytes.writeBigInt64BE(seconds, 7);
    return bytes;
  }
  if (nanoseconds === 0n && seconds < 2n ** 32n) {
    const bytes = Buffer.from([0xd6, 0xff, 0, 0, 0, 0]);
    bytes.writeUInt32BE(Number(seconds), 2);
    return bytes;
  }
  const bytes = Buffer.from([0xd7, 0xff, ...Buffer.alloc(8)]);
  bytes.writeBigUInt64BE((nanoseconds << 34n) | seconds, 2);
  return bytes;
}
