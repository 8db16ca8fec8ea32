export const TEXT = 1;
export const BINARY = 2;
export const CONTINUATION = 0;
export const CLOSE = 8;
export const PING = 9;
const MASK = Buffer.from([0x37, 0xfa, 0x21, 0x3d]);

/** Returns a masked frame, as clients send it. */
export function clientFrame(opcode: number, payload: string | Buffer, isFinal = true): Buffer {
  const bytes = Buffer.from(payload as string);
  let header = Buffer.from([0, 0x80 | bytes.length]);
  if (bytes.length > 125) {
    header = Buffer.alloc(bytes.length > 65_535 ? 10 : 4);
    header[1] = 0x80 | (bytes.length > 65_535 ? 127 : 126);
    header.writeUIntBE(bytes.length, header.length === 10 ? 4 : 2, header.length === 10 ? 6 : 2);
  }
  header[0] = (isFinal ? 0x80 : 0) | opcode;
  const masked = bytes.map((byte, i) => byte ^ (MASK[i % 4] as number));
  return Buffer.concat([header, MASK, masked]);
}
