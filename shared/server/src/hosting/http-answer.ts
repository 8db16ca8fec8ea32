import type { ServerResponse } from 'node:http';

/** What a poll and its errors say to caches. */
export const noCache = {
  'Cache-Control': 'no-cache, no-store',
  Pragma: 'no-cache',
  Expires: 'Thu, 01 Jan 1970 00:00:00 GMT',
};

/** Answers with a sentence, or with nothing. */
export function answer(
  response: ServerResponse,
  status: number,
  text = '',
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'Content-Type': 'text/plain', ...headers, 'Content-Length': Buffer.byteLength(text) });
  response.end(text);
}
