const TEXT = 0x81; // FIN and opcode 1
const BINARY = 0x82; // FIN and opcode 2

/** One unmasked, final frame, as a server sends it. Source: RFC 6455, section 5.2. */
export function webSocketFrame(payload: string | Uint8Array): Buffer {
  if (typeof payload !== 'string') return joinedFrame([payload]);
  const length = Buffer.byteLength(payload);
  const frame = emptyFrame(TEXT, length);
  frame.write(payload, frame.length - length);
  return frame;
}

/** One binary frame of several payloads. */
export function joinedFrame(payloads: readonly Uint8Array[]): Buffer {
  let length = 0;
  for (const payload of payloads) length += payload.length;
  const frame = emptyFrame(BINARY, length);
  let at = frame.length - length;
  for (const payload of payloads) {
    frame.set(payload, at);
    at += payload.length;
  }
  return frame;
}

/** A frame with its head written and room for the payload at its end. */
function emptyFrame(firstByte: number, length: number): Buffer {
  const longHead = length < 65_536 ? 4 : 10;
  const head = length < 126 ? 2 : longHead;
  const frame = Buffer.allocUnsafe(head + length);
  frame[0] = firstByte;
  if (head === 2) {
    frame[1] = length;
  } else if (head === 4) {
    frame[1] = 126;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = 127;
    frame.writeBigUInt64BE(BigInt(length), 2);
  }
  return frame;
}
