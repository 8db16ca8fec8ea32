/** The handshake of a client that speaks JSON. */
export const HANDSHAKE = '{"protocol":"json","version":1}\u001e';

/** A mask of 0 leaves the payload as it is. */
const MASK = [0, 0, 0, 0];

/**
 * Returns a WebSocket frame of a client with up to 65,535 bytes of text. Source: RFC 6455,
 * section 5.2.
 */
export function clientFrame(text: string): Buffer {
  const payload = Buffer.from(text);
  const { length } = payload;
  const size = length < 126 ? [0x80 | length] : [0x80 | 126, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.of(0x81, ...size, ...MASK), payload]);
}

/** Returns the request that opens a WebSocket to the hub `/hub` without negotiation. */
export const upgradeRequest = (port: number): string =>
  `GET /hub HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
  'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n';
