export const DOTS = '••••';

/** Secrets that were seen in a place made for them; they are dotted wherever else they turn up. The oldest go first. */
const KNOWN = 100;
/** A shorter secret, such as `testing`, is also a word. */
const SHORTEST = 16;
const known = new Set<string>();

/** Query parameters, members and headers that hold a secret. `id` in a query is SignalR's connection token. */
const places = [
  /([?&](?:access_token|id|token|ticket)=)([^&\s"'#]+)/gi,
  /("(?:[\w-]*token|ticket|password|secret)\\?"\s*:\s*\\?")([^"\\]+)/gi,
  /((?:authorization|cookie)"?\s*:\s*"?(?:\w+\s+)?)([^\s",}]+)/gi,
];
/** A JSON Web Token, wherever it stands. */
const jwt = /eyJ[\w-]{5,}\.[\w-]*\.[\w-]*/g;

/** Replaces every token by dots: in query strings, JSON, headers, and known ones in any text. */
export function redact(text: string): string {
  let result = text;
  for (const place of places) result = result.replace(place, `$1${DOTS}`);
  for (const secret of known) if (result.includes(secret)) result = result.replaceAll(secret, DOTS);
  return result.replace(jwt, DOTS);
}

/** Remembers the secrets that stand in their places in a text (a URL, an answer), so that they are dotted in frames too. */
export function learnSecrets(text: string): void {
  for (const place of places)
    for (const match of text.matchAll(place)) learnSecret(decode(match[2] ?? ''));
}

/** Remembers one secret, for example the credentials of an Authorization header. */
export function learnSecret(secret: string): void {
  if (secret.length < SHORTEST || secret === DOTS) return;
  known.delete(secret);
  known.add(secret);
  if (known.size > KNOWN) for (const oldest of known) return void known.delete(oldest);
}

/** Where secrets stand in bytes: pairs of start and end. */
export function secretRanges(bytes: Uint8Array): [number, number][] {
  let text = ''; // one character a byte; a token is ASCII
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
