import type { IncomingMessage } from 'node:http';

/** The maximum size of the body of a request, in bytes. */
export const MAXIMUM_BODY = 64 * 1024;

/**
 * Returns the JSON object in the body of a request. Undefined if it is too large or no JSON object,
 * or if the client disconnects.
 * Middleware such as `express.json()` may have read it already.
 */
export async function readJson(
  request: IncomingMessage,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  const { body } = request as { body?: unknown };
  // A parser for another content type sets an empty object and leaves the body unread.
  if (isObject(body) && (Object.keys(body).length > 0 || request.readableEnded)) return body;
  if (request.readableEnded) return undefined;
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > MAXIMUM_BODY) return undefined;
      chunks.push(chunk);
    }
    const value: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'));
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !Buffer.isBuffer(value);
