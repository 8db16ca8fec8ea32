import type { IncomingMessage, Server } from 'node:http';

/**
 * Resolves `.` and `..` in the paths of all requests before anything else reads them, as Kestrel, the web
 * server of ASP.NET Core, does. Node passes paths on as they are received.
 */
export function resolvePaths(server: Server): void {
  for (const event of ['request', 'upgrade']) server.prependListener(event, resolvePath);
}

function resolvePath(request: IncomingMessage): void {
  const { url = '/' } = request;
  const length = (url + '?').indexOf('?');
  const path = url.slice(0, length);
  if (/\/\.{1,2}(?:\/|$)/.test(path)) request.url = removeDots(path) + url.slice(length);
}

function removeDots(path: string): string {
  const kept: string[] = [];
  const segments = path.split('/').slice(1);
  for (const segment of segments) {
    if (segment === '..') kept.pop();
    else if (segment !== '.') kept.push(segment);
  }
  if (/\/\.{1,2}$/.test(path)) kept.push('');
  return `/${kept.join('/')}`;
}
