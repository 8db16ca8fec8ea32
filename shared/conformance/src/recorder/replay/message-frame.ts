/** Adds the length prefix of the MessagePack hub protocol. Source: HubProtocol.md, "Framing". */
export function frame(body: Uint8Array): Buffer {
  const prefix: number[] = [];
  let rest = body.length;
  while (rest >= 0x80) {
    prefix.push((rest & 0x7f) | 0x80);
    rest >>>= 7;
  }
  prefix.push(rest);
  return Buffer.concat([Buffer.from(prefix), body]);
}

/** Returns a message without its length prefix. */
export function withoutPrefix(message: Buffer): Buffer {
  return message.subarray(message.findIndex((byte) => (byte & 0x80) === 0) + 1);
}
