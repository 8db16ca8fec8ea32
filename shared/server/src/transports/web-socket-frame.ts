const TEXT = 0x81; // FIN and opcode 1
const BINARY = 0x82; // FIN and opcode 2

/** One unmasked, final frame, as a server sends it. Source: RFC 6455, section 5.2. */
export function webSocketFrame(payload: string | Uint8Array): Buffer {
  const text = typeof payload === 'string';
  const length = text ? Buffer.byteLength(payload) : payload.byteLength;
  const head = length < 126 ? 2 : length < 65_536 ? 4 : 10;
  const frame = Buffer.allocUnsafe(head + length);
  frame[0] = text ? TEXT : BINARY;
  if (head === 2) {
    frame[1] = length;
  } else if (head === 4) {
    frame[1] = 126;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = 127;
    frame.writeBigUInt64BE(BigInt(length), 2);
  }
  if (text) frame.write(payload, head);
  else frame.set(payload, head);
  return frame;
}
