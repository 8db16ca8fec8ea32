import type { IncomingMessage, Server } from 'node:http';
import { observeUpgrades } from '@practical-signalr/lesson-kit';
import type { RequestHandler } from 'express';

/** The number of lines that the log keeps. */
const KEPT = 1000;

/**
 * Logs every request of a server twice: unchanged, and with its secrets redacted. Returns a handler
 * for `GET /lab/access-log?attempt=…`, which returns the lines of one attempt.
 */
export function accessLog(server: Server): RequestHandler {
  const lines: { naive: string; redacted: string }[] = [];
  const log = ({ method = 'GET', url = '/' }: IncomingMessage): void => {
    const redacted = url.replace(/([?&](?:id|access_token)=)[^&]+/g, '$1••••');
    lines.push({ naive: `${method} ${url}`, redacted: `${method} ${redacted}` });
    if (lines.length > KEPT) lines.shift();
  };
  server.prependListener('request', log);
  observeUpgrades(server, log);
  return ({ query }, response) => {
    const { attempt } = query as { attempt?: string };
    const mark = `attempt=${attempt}&`;
    const found = lines.filter(({ naive }) => naive.includes(mark));
    response.set('cache-control', 'no-store').json(found);
  };
}
