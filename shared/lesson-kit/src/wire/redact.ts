export const DOTS = '••••';

/**
 * Secrets that were found in a place for secrets. They are replaced by dots everywhere. The oldest
 * are removed first.
 */
const KNOWN = 100;
/** A shorter secret, such as `testing`, may also be an ordinary word. */
const SHORTEST = 16;
const known = new Set<string>();

/**
 * Query parameters, properties and headers with secrets. `id` in a query is the connection token.
 */
const places = [
  /([?&](?:access_token|id|token|ticket)=)([^&\s"'#]+)/gi,
  /("(?:[\w-]*token|ticket|password|secret)\\?"\s*:\s*\\?")([^"\\]+)/gi,
  /((?:authorization|cookie)"?\s*:\s*"?(?:\w+\s+)?)([^\s",}]+)/gi,
];
/** Matches a JSON Web Token. */
const jwt = /eyJ[\w-]{5,}\.[\w-]*\.[\w-]*/g;

/** Replaces tokens by dots: in query strings, JSON and headers, and known tokens everywhere. */
export function redact(text: string): string {
  let result = text;
  for (const place of places) result = result.replace(place, `$1${DOTS}`);
  for (const secret of known) if (result.includes(secret)) result = result.replaceAll(secret, DOTS);
  return result.replace(jwt, DOTS);
}

/** Stores the secrets of a URL or a response body, so that they are hidden in frames too. */
export function learnSecrets(text: string): void {
  for (const place of places)
    for (const match of text.matchAll(place)) learnSecret(decode(match[2] ?? ''));
}

/** Stores one secret, for example the credentials of an Authorization header. */
export function learnSecret(secret: string): void {
  if (secret.length < SHORTEST || secret === DOTS) return;
  known.delete(secret);
  known.add(secret);
  if (known.size > KNOWN) for (const oldest of known) return void known.delete(oldest);
}

/** Returns the positions of secrets in bytes, as pairs of start and end. */
export function secretRanges(bytes: Uint8Array): [number, number][] {
  let text = ''; // one character per byte, because tokens are ASCII
  for (let at = 0; at < bytes.length; at += 8192)
    text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  const ranges: [number, number][] = [...text.matchAll(jwt)].map(({ index, 0: found }) => [
    index,
    index + found.length,
  ]);
  for (const secret of known) {
    for (let at = text.indexOf(secret); at !== -1; at = text.indexOf(secret, at + 1)) {
      ranges.push([at, at + secret.length]);
    }
  }
  return ranges;
}

function decode(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
