/** Returns a WebSocket frame of a server with a text message. */
export function createTextFrame(text: string): Buffer {
  const length = Buffer.byteLength(text);
  let headLength = 2;
  if (length > 125) headLength = length > 65_535 ? 10 : 4;
  const frame = Buffer.allocUnsafe(headLength + length);
  frame[0] = 0x81; // the last frame of a text message
  if (headLength === 2) {
    frame[1] = length;
  } else if (headLength === 4) {
    frame[1] = 126;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = 127;
    frame.writeBigUInt64BE(BigInt(length), 2);
  }
  frame.write(text, headLength);
  return frame;
}
