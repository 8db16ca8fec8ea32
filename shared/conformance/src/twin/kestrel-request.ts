import { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

/**
 * A request whose path has no `.`, `..` and percent-encoded letters, as in Kestrel, the web server
 * of ASP.NET Core. Node passes paths on as they are received. Use it as the option
 * `IncomingMessage` of `createServer`.
 */
export class KestrelRequest extends IncomingMessage {
  constructor(socket: Socket) {
    super(socket);
    let resolvedUrl = '';
    // Express replaces the prototype of requests, so the property belongs to the instance.
    Object.defineProperty(this, 'url', {
      get: () => resolvedUrl,
      set: (url: string) => {
        resolvedUrl = resolvePath(url);
      },
    });
  }
}

/** Letters, digits and dots that are percent-encoded without need. */
const ENCODED = /%(?:2e|3\d|[46][1-9a-f]|[57][\da])/gi;
const DOT_SEGMENT = /\/\.{1,2}(?:\/|$)/;

/** Decodes the letters, and removes the segments `.` and `..` from the path of a request target. */
export function resolvePath(url: string): string {
  const length = `${url}?`.indexOf('?');
  const path = url.slice(0, length).replaceAll(ENCODED, decodeURIComponent);
  if (!DOT_SEGMENT.test(path)) return path + url.slice(length);
  const kept: string[] = [];
  for (const segment of path.split('/').slice(1)) {
    if (segment === '..') kept.pop();
    else if (segment !== '.') kept.push(segment);
  }
  const end = /\/\.{1,2}$/.test(path) ? '/' : '';
  return `/${kept.join('/')}${end}${url.slice(length)}`;
}
