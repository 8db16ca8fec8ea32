import { inspect } from 'node:util';
import type { ConnectionRequest } from '../connections/connection-request.ts';

/** Shorter values are not secrets, and redacting them would make messages unreadable. */
const SHORTEST_SECRET = 12;
const JWT = /eyJ[\w-]*\.[\w-]+\.[\w-]*/g;

/**
 * Returns an error for the log without the secrets of its request: tokens, connection
 * tokens, cookies.
 */
export function redactTokens(error: unknown, { headers, query }: ConnectionRequest): string {
  let text = typeof error === 'string' ? error : inspect(error);
  const cookies = headers.cookie?.split(/[;=]/) ?? [];
  const credentials = headers.authorization?.split(' ') ?? [];
  for (const secret of [...credentials, ...cookies, ...query.values()].map((value) =>
    value.trim(),
  )) {
    if (secret.length < SHORTEST_SECRET) continue;
    for (const spelling of [secret, encodeURIComponent(secret)])
      text = text.replaceAll(spelling, '[redacted]');
  }
  return text.replace(JWT, '[redacted]');
}
