import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';
import { errors } from '../errors.ts';
import { LimitedWarnings } from '../limits/limited-warnings.ts';
import { logMessages } from '../log-messages.ts';
import type { Logger } from '../logger.ts';
import { wireMessages } from '../wire-messages.ts';
import type { Refusal } from './request-authentication.ts';

/** The origins of pages that may use a hub: a list, or `'*'` for all. */
export type AllowedOrigins = readonly string[] | '*';

const forbiddenText = { 'Content-Type': 'text/plain' };

/**
 * Returns an origin in the form in which browsers send it: lower case, without the default port,
 * and with an internationalized host name in Punycode. Returns undefined for all other values:
 * `null`, several origins, or a URL with a path.
 */
export function normalizeOrigin(text: string): string | undefined {
  if (!/^[a-z][a-z0-9+.-]*:\/\/[^\s,/\\?#@]+$/i.test(text) || !URL.canParse(text)) return undefined;
  const { protocol, host, origin } = new URL(text);
  // Apps in a web view have schemes for which URL knows no origin, for example
  // capacitor://localhost.
  return origin === 'null' ? `${protocol}//${host.toLowerCase()}` : origin;
}

/** Throws if the option `allowedOrigins` is neither `'*'` nor an array of origins. */
export function checkAllowedOrigins(allowed: AllowedOrigins | undefined): void {
  if (allowed === undefined || allowed === '*') return;
  if (!Array.isArray(allowed)) throw errors.allowedOriginsInvalid(String(allowed));
  for (const origin of allowed as readonly unknown[]) {
    if (typeof origin !== 'string' || normalizeOrigin(origin) === undefined)
      throw errors.allowedOriginsInvalid(String(origin));
  }
}

/**
 * Decides which pages may use a hub. Browsers attach cookies to the requests of every page, and
 * CORS does not apply to WebSockets, so without this check a page of another site acts as the user.
 */
export class OriginCheck {
  readonly #allowed: ReadonlySet<string> | '*' | undefined;
  readonly #warnings: LimitedWarnings;

  constructor(allowedOrigins: AllowedOrigins | undefined, logger: Logger) {
    this.#warnings = new LimitedWarnings(logger);
    this.#allowed =
      allowedOrigins === undefined || allowedOrigins === '*'
        ? allowedOrigins
        : new Set(allowedOrigins.map((origin) => normalizeOrigin(origin) ?? origin));
  }

  /**
   * Returns why a request is refused, or undefined if its origin is allowed.
   * `hasExplicitCredentials` is true if the caller has identified itself with a token, which pages
   * of other origins lack.
   */
  refuse(request: IncomingMessage, hasExplicitCredentials: boolean): Refusal | undefined {
    const { origin } = request.headers;
    if (origin === undefined || this.#allowed === '*') return undefined;
    if (this.#allowed === undefined && hasExplicitCredentials) return undefined;
    if (isSameOrigin(origin, request)) return undefined;
    const normalized = normalizeOrigin(origin);
    if (normalized !== undefined && this.#allowed?.has(normalized) === true) return undefined;
    this.#warnings.warn(logMessages.originRefused(origin.slice(0, 200)));
    return { status: 403, headers: forbiddenText, message: wireMessages.originRefused };
  }
}

/**
 * Compares the origin with the Host header. X-Forwarded-Host is not read, because clients can send
 * it. A proxy may terminate TLS, so https pages may call a server without TLS, but not the reverse.
 */
function isSameOrigin(origin: string, { headers, socket }: IncomingMessage): boolean {
  const host = headers.host ?? (headers[':authority'] as string | undefined);
  if (host === undefined) return false;
  const isEncrypted = (socket as TLSSocket).encrypted === true;
  if (origin === `https://${host}`) return true;
  if (origin === `http://${host}`) return !isEncrypted;
  const normalized = normalizeOrigin(origin);
  if (normalized === undefined) return false;
  const [scheme] = normalized.split('://');
  if (scheme !== 'https' && (scheme !== 'http' || isEncrypted)) return false;
  return normalized === normalizeOrigin(`${scheme}://${host}`);
}
