import { inspect } from 'node:util';
import type { ConnectionRequest } from '../connections/connection-request.ts';

/**
 * The minimum length of a secret, in characters. Redacting shorter values would make messages
 * unreadable.
 */
const SHORTEST_SECRET = 12;
/** The characters of a token. Each run of them is read once, so that the time grows linearly. */
const RUN = /[\w.-]+/g;

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
  return text.replace(RUN, redactRun);
}

/** Redacts what looks like a JWT: three parts, of which the first one starts with `eyJ`. */
function redactRun(run: string): string {
  const parts = run.split('.');
  const kept: string[] = [];
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i] ?? '';
    const start = part.indexOf('eyJ');
    const isToken = start >= 0 && Boolean(parts[i + 1]) && i + 2 < parts.length;
    kept.push(isToken ? `${part.slice(0, start)}[redacted]` : part);
    if (isToken) i += 2;
  }
  return kept.join('.');
}
