/** Characters of a JSON Web Token. Shorter runs are not tokens. */
const run = /[\w.-]{20,}/g;
/** The start of a JSON object in Base64: a brace, and a quote, a space or a line break. */
const objectStart = /ey[AJ]|ew[0ok]/;
/** A shorter header or payload is not one of a token. */
const MINIMUM_PART = 8;
/** The number of parts of a signed token (RFC 7515), and of an encrypted one (RFC 7516). */
const SIGNED = 3;
const ENCRYPTED = 5;

/**
 * Replaces everything that looks like a JSON Web Token (RFC 7519), signed or encrypted. The time is
 * linear in the length of the text.
 */
export function replaceJsonWebTokens(text: string, replace: (token: string) => string): string {
  return text.replace(run, (characters) => replaceInRun(characters.split('.'), replace));
}

function replaceInRun(parts: readonly string[], replace: (token: string) => string): string {
  const result: string[] = [];
  for (let i = 0; i < parts.length;) {
    const part = parts[i] ?? '';
    const start = part.search(objectStart);
    const count = start < 0 ? 0 : countParts(part.length - start, parts[i + 1], parts.length - i);
    if (count === 0) {
      result.push(part);
      i++;
    } else {
      const token = [part.slice(start), ...parts.slice(i + 1, i + count)].join('.');
      result.push(part.slice(0, start) + replace(token));
      i += count;
    }
  }
  return result.join('.');
}

/**
 * Returns the number of parts of the token that starts here, or 0. `available` is the number of
 * parts up to the end of the run.
 */
function countParts(headerLength: number, second = '', available: number): number {
  if (headerLength < MINIMUM_PART) return 0;
  // The second part of an encrypted token may be empty.
  if (available >= ENCRYPTED && (second === '' || second.length >= MINIMUM_PART)) return ENCRYPTED;
  return available >= SIGNED && second.length >= MINIMUM_PART ? SIGNED : 0;
}
