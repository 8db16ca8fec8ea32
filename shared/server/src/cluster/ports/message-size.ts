/** The approximate size of one value without its content, in bytes. */
const OVERHEAD = 16;

/**
 * Returns the approximate size of a message in memory, in bytes. It does not recurse, because a
 * client chooses how deeply its results are nested.
 */
export function messageSize(message: unknown): number {
  const values: unknown[] = [message];
  let size = 0;
  while (values.length > 0) {
    const value = values.pop();
    size += OVERHEAD;
    if (typeof value === 'string') size += value.length;
    else if (ArrayBuffer.isView(value)) size += value.byteLength;
    else if (value instanceof Map) values.push([...value.keys()], [...value.values()]);
    else if (typeof value === 'object' && value !== null) {
      for (const member of Object.values(value)) values.push(member);
    }
  }
  return size;
}
