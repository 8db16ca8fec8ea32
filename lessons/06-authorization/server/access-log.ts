import type { Server } from 'node:http';
import type { RequestHandler } from 'express';

/** `GET /access-log?attempt=…`: how two logs have noted the requests of one connection. One knows what is secret. */
export function accessLog(server: Server): RequestHandler {
  const lines: { naive: string; redacted: string }[] = [];
  for (const event of ['request', 'upgrade']) {
    server.prependListener(event, ({ method, url }: { method: string; url: string }) => {
      const redacted = url.replace(/([?&](?:id|access_token)=)[^&]+/g, '$1••••');
      lines.push({ naive: `${method} ${url}`, redacted: `${method} ${redacted}` });
      if (lines.length > 1000) lines.shift();
    });
  }
  return ({ query }, response) => {
    const mark = `attempt=${query['attempt'] as string}&`;
    response
      .set('cache-control', 'no-store')
      .json(lines.filter(({ naive }) => naive.includes(mark)));
  };
}
