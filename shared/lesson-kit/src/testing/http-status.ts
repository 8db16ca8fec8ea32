import { request, type RequestOptions } from 'node:http';

/** The headers of a request for a WebSocket. */
export const webSocketUpgrade = {
  connection: 'Upgrade',
  upgrade: 'websocket',
  'sec-websocket-version': '13',
  'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
} as const;

/**
 * Sends a request to 127.0.0.1 and returns the status of its response, which is 101 after an
 * upgrade. Unlike `fetch`, it sends every header, for example `Host` and `Connection`.
 */
export function httpStatus(options: RequestOptions): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', ...options });
    sent.once('error', reject);
    sent.once('response', (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    sent.once('upgrade', (response, socket) => {
      socket.destroy();
      resolve(response.statusCode);
    });
    sent.end();
  });
}
