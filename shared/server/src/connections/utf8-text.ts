import type { IncomingHttpHeaders } from 'node:http';

const decoder = new TextDecoder('utf-8', { fatal: true });
const beyondAscii = /[\x80-\xff]/;

/**
 * Returns the text of bytes that Node has read as Latin-1: decoded as UTF-8, as in ASP.NET Core, or
 * unchanged if they are not valid UTF-8.
 */
export function decodeUtf8(latin1: string): string {
  if (!beyondAscii.test(latin1)) return latin1;
  try {
    return decoder.decode(Buffer.from(latin1, 'latin1'));
  } catch {
    return latin1;
  }
}

/**
 * Returns headers whose values are decoded as UTF-8. Returns the same object if nothing changes.
 */
export function decodeHeaders(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  let decoded: IncomingHttpHeaders | undefined;
  // Most requests need no copy, so this does not create an array of the headers.
  for (const name in headers) {
    const value = headers[name];
    const isChanged = typeof value === 'string' ? beyondAscii.test(value) : value?.some(isEncoded);
    if (isChanged !== true) continue;
    decoded ??= { ...headers };
    decoded[name] = typeof value === 'string' ? decodeUtf8(value) : value?.map(decodeUtf8);
  }
  return decoded ?? headers;
}

const isEncoded = (value: string): boolean => beyondAscii.test(value);
