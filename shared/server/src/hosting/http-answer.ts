import type { ServerResponse } from 'node:http';

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
