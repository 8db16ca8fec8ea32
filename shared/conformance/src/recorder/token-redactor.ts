const REDACTED = '<redacted>';
/** The maximum number of secrets that are remembered. */
const MAXIMUM_SECRETS = 10_000;
/** Shorter values would be found in texts that have nothing to do with them. */
const MINIMUM_LENGTH = 8;
/** A JSON Web Token (RFC 7519). */
const jsonWebToken = /eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]{0,}/g;
/** The parameters of a query that are secrets. Names are case-insensitive. */
const secretParameters = new Set(['access_token', 'id', 'token', 'asrs_request_id']);

/**
 * Removes secrets from what is recorded. It learns them from the requests, and removes them
 * everywhere, also from hub messages that repeat them.
 */
export class TokenRedactor {
  /** The secrets, and how each is found in a text. */
  readonly #secrets = new Map<string, string | RegExp>();

  /** Remembers a secret value. */
  learn(secret: string | undefined): void {
    if (secret === undefined || secret.length < MINIMUM_LENGTH) return;
    if (this.#secrets.size >= MAXIMUM_SECRETS) return;
    this.#secrets.set(secret, patternOf(secret));
  }

  /** Remembers the token and the cookies of a request. */
  learnHeaders(headers: Readonly<Record<string, string | string[] | undefined>>): void {
    const { authorization, cookie } = headers;
    this.learn(String(authorization ?? '').replace(/^\w+\s+/, ''));
    for (const part of String(cookie ?? '').split(';')) {
      const value = part.slice(part.indexOf('=') + 1).trim();
      this.learn(value);
      this.learn(decode(value));
    }
  }

  /** Remembers the cookies that a response sets. */
  learnSetCookies(cookies: readonly string[] | undefined): void {
    for (const cookie of cookies ?? []) this.learnHeaders({ cookie: cookie.split(';')[0] });
  }

  /** Returns a query without the parameters that are secrets, and remembers their values. */
  redactQuery(query: string): string {
    const kept = query.split('&').filter((part) => {
      const [name = '', value = ''] = part.split('=', 2);
      if (!secretParameters.has(decode(name).toLowerCase())) return part !== '';
      this.learn(value);
      this.learn(decode(value));
      return false;
    });
    return this.redactText(kept.join('&'));
  }

  redactText(text: string): string {
    let redacted = text.replace(jsonWebToken, REDACTED);
    for (const pattern of this.#secrets.values()) redacted = redacted.replaceAll(pattern, REDACTED);
    return redacted;
  }

  /** Overwrites secrets without changing the length, so that the bytes stay valid MessagePack. */
  redactBytes(bytes: Buffer): Buffer {
    let text = bytes.toString('latin1').replace(jsonWebToken, (token) => 'x'.repeat(token.length));
    for (const secret of this.#secrets.keys()) {
      const encoded = Buffer.from(secret).toString('latin1');
      text = text.replaceAll(encoded, 'x'.repeat(encoded.length));
    }
    return Buffer.from(text, 'latin1');
  }

  /** Returns a negotiate response without its tokens, and remembers them. */
  redactNegotiation(body: string): unknown {
    let response: unknown;
    try {
      response = JSON.parse(body);
    } catch {
      return this.redactText(body);
    }
    if (typeof response !== 'object' || response === null) return response;
    const { connectionToken, connectionId, accessToken, url, ...others } = response as Readonly<
      Record<string, unknown>
    >;
    for (const secret of [connectionToken, accessToken]) this.learn(secret as string | undefined);
    // In version 0, the connection id is the token.
    const isPublic = connectionToken !== undefined;
    if (!isPublic) this.learn(connectionId as string | undefined);
    return {
      ...(connectionId !== undefined && { connectionId: isPublic ? connectionId : REDACTED }),
      ...(connectionToken !== undefined && { connectionToken: REDACTED }),
      ...(accessToken !== undefined && { accessToken: REDACTED }),
      ...(typeof url === 'string' && { url: this.#redactUrl(url) }),
      ...others,
    };
  }

  #redactUrl(url: string): string {
    const [address = '', query = ''] = url.split('?', 2);
    const redacted = this.redactQuery(query);
    return redacted === '' ? address : `${address}?${redacted}`;
  }
}

/**
 * Returns what finds a secret in JSON. Servers may escape special characters there: .NET writes
 * `\\u002B` for a plus sign.
 */
function patternOf(secret: string): string | RegExp {
  if (/^[\w.~-]*$/.test(secret)) return secret;
  const characters = secret.split('').map((character) => {
    if (/[\w.~-]/.test(character)) return character === '.' ? '\\.' : character;
    const code = character.charCodeAt(0).toString(16).padStart(4, '0');
    const hex = code.replace(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`);
    return `(?:\\\\?\\u${code}|\\\\u${hex})`;
  });
  return new RegExp(characters.join(''), 'g');
}

function decode(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
