import { replaceJsonWebTokens } from './json-web-tokens.ts';
import { isSecret, isSecretParameter } from './secret-names.ts';

const REDACTED = '<redacted>';
/** The maximum number of secrets that are remembered. The oldest ones are removed first. */
const MAXIMUM_SECRETS = 10_000;
/** Shorter values would be found in texts that have nothing to do with them. */
const MINIMUM_LENGTH = 8;

/**
 * Removes secrets from what is recorded. It learns them from the requests, and removes them
 * everywhere, also from hub messages that repeat them.
 */
export class TokenRedactor {
  /** The secrets, and how each is found in a text. */
  readonly #secrets = new Map<string, string | RegExp>();
  /** The same, the longest first, because one secret may contain another. */
  #sorted: (readonly [secret: string, pattern: string | RegExp])[] | undefined;

  /** Remembers a secret value, as it is and as it is in a query. Ignores other values. */
  learn(secret: unknown): void {
    if (typeof secret !== 'string' || secret.length < MINIMUM_LENGTH) return;
    for (const variant of new Set([secret, decode(secret), encode(secret)])) {
      // The newest secret is the last one of the map.
      const isKnown = this.#secrets.delete(variant);
      this.#secrets.set(variant, patternOf(variant));
      if (!isKnown) this.#sorted = undefined;
    }
    for (const oldest of this.#secrets.keys()) {
      if (this.#secrets.size <= MAXIMUM_SECRETS) break;
      this.#secrets.delete(oldest);
    }
  }

  /** Remembers the tokens, keys and cookies of a request. */
  learnHeaders(headers: Readonly<Record<string, string | string[] | undefined>>): void {
    for (const [name, value] of Object.entries(headers)) {
      const text = String(value ?? '');
      if (name.startsWith('sec-') || !isSecret(name, text)) continue;
      if (name === 'cookie') this.#learnCookies(text);
      else this.#learnCredentials(text);
    }
  }

  /** Remembers the cookies that a response sets. */
  learnSetCookies(cookies: readonly string[] | undefined): void {
    for (const cookie of cookies ?? []) this.#learnCookies(cookie.split(';')[0] ?? '');
  }

  /** Returns a query without the parameters that are secrets, and remembers their values. */
  redactQuery(query: string): string {
    const kept = query.split('&').filter((part) => {
      const [name, value] = splitParameter(part);
      if (!isSecretParameter(decode(name), value)) return part !== '';
      this.learn(value);
      return false;
    });
    const parts = kept.map((part) => {
      const [name, value] = splitParameter(part);
      const redacted = this.#redactEncoded(value);
      return redacted === value ? this.redactText(part) : `${this.redactText(name)}=${redacted}`;
    });
    return parts.join('&');
  }

  /** Returns the path of a request without secrets. */
  redactPath(path: string): string {
    return path
      .split('/')
      .map((segment) => this.#redactEncoded(segment))
      .join('/');
  }

  redactText(text: string): string {
    let redacted = replaceJsonWebTokens(text, () => REDACTED);
    for (const [, pattern] of this.#patterns()) redacted = redacted.replaceAll(pattern, REDACTED);
    return redacted;
  }

  /** Returns a JSON message without secrets. It stays JSON, so that it can be played. */
  redactJson(text: string): string {
    const redacted = this.redactText(text);
    if (redacted === text || isJson(redacted) || !isJson(text)) return redacted;
    // A secret of digits, for example, is also found in numbers.
    return JSON.stringify(this.#redactValue(JSON.parse(text)));
  }

  /** Overwrites secrets without changing the length, so that the bytes stay valid MessagePack. */
  redactBytes(bytes: Buffer): Buffer {
    let text = replaceJsonWebTokens(bytes.toString('latin1'), (token) => 'x'.repeat(token.length));
    for (const [secret] of this.#patterns()) {
      const encoded = Buffer.from(secret).toString('latin1');
      text = text.replaceAll(encoded, 'x'.repeat(encoded.length));
    }
    return Buffer.from(text, 'latin1');
  }

  /** Returns a negotiate response without its tokens, and remembers them. */
  redactNegotiation(body: string): unknown {
    if (!isJson(body)) return this.redactText(body);
    const response = JSON.parse(body) as unknown;
    if (typeof response !== 'object' || response === null) return this.#redactValue(response);
    const { connectionToken, connectionId } = response as Readonly<Record<string, unknown>>;
    // In version 0, the connection id is the token.
    const isIdSecret = typeof connectionToken !== 'string';
    if (isIdSecret) this.learn(connectionId);
    const members = Object.entries(response).map(([name, value]) => {
      if (typeof value !== 'string') return [name, value] as const;
      if (name === 'url') return [name, this.#redactUrl(value)] as const;
      const isRemoved = name === 'connectionId' ? isIdSecret : isSecret(name, value);
      if (!isRemoved) return [name, value] as const;
      this.learn(value);
      return [name, REDACTED] as const;
    });
    return this.#redactValue(Object.fromEntries(members));
  }

  #patterns(): readonly (readonly [secret: string, pattern: string | RegExp])[] {
    this.#sorted ??= [...this.#secrets].sort(([a], [b]) => b.length - a.length);
    return this.#sorted;
  }

  #learnCookies(cookies: string): void {
    for (const cookie of cookies.split(';')) this.learn(splitParameter(cookie)[1].trim());
  }

  /** Remembers the value of a header such as `Authorization`, without the scheme. */
  #learnCredentials(value: string): void {
    const [, scheme = '', token = ''] = /^(\S+)\s+(.*)$/.exec(value.trim()) ?? ['', '', value];
    this.learn(token);
    if (scheme.toLowerCase() !== 'basic') return;
    const credentials = Buffer.from(token, 'base64').toString('utf8');
    this.learn(credentials);
    this.learn(credentials.slice(credentials.indexOf(':') + 1));
  }

  /** Returns a value of a URL without secrets, also if they are percent-encoded. */
  #redactEncoded(value: string): string {
    const decoded = decode(value);
    const redacted = this.redactText(decoded);
    return redacted === decoded ? this.redactText(value) : redacted;
  }

  /** Removes secrets from the strings of a JSON value. A number that is a secret becomes 0. */
  #redactValue(value: unknown): unknown {
    if (typeof value === 'string') return this.redactText(value);
    if (typeof value === 'number') return this.redactText(`${value}`) === `${value}` ? value : 0;
    if (Array.isArray(value)) return value.map((item) => this.#redactValue(item));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, member]) => [
        this.redactText(key),
        this.#redactValue(member),
      ]),
    );
  }

  #redactUrl(url: string): string {
    const [address, query] = splitAt(url, '?');
    const redacted = this.redactQuery(query);
    return this.redactPath(address) + (redacted === '' ? '' : `?${redacted}`);
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

const splitParameter = (part: string): readonly [name: string, value: string] => splitAt(part, '=');

/** Splits a text at the first occurrence of a separator. */
function splitAt(text: string, separator: string): readonly [before: string, after: string] {
  const index = text.indexOf(separator);
  return index < 0 ? [text, ''] : [text.slice(0, index), text.slice(index + separator.length)];
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

const decode = (value: string): string => convert(value, decodeURIComponent);
const encode = (value: string): string => convert(value, encodeURIComponent);

/** Converts a text if that is possible. */
function convert(text: string, converter: (text: string) => string): string {
  try {
    return converter(text);
  } catch {
    return text;
  }
}
