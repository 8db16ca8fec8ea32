import type { IncomingHttpHeaders } from 'node:http';

/**
 * Returns the headers for the server: it must see its own address as Host, and as Origin if the
 * page comes from the proxy, because it compares the two. Responses must not be compressed.
 */
export function forwardedHeaders(target: URL, headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const { 'accept-encoding': _encoding, connection: _connection, ...others } = headers;
  const isOwnOrigin = others.origin === `http://${headers.host}`;
  return { ...others, host: target.host, ...(isOwnOrigin && { origin: target.origin }) };
}

/**
 * Returns the headers for the client, which knows the proxy as `host`. A redirect to the server
 * would lead the client past the proxy, and browsers do not store secure cookies of an address
 * without TLS.
 */
export function returnedHeaders(
  target: URL,
  host: string | undefined,
  headers: IncomingHttpHeaders,
): IncomingHttpHeaders {
  const { location, 'set-cookie': cookies } = headers;
  // These headers are about the connection to the server. Node adds those of its own.
  const {
    connection: _connection,
    'keep-alive': _keepAlive,
    'transfer-encoding': _encoding,
    ...others
  } = headers;
  const isOwn = location === target.origin || location?.startsWith(`${target.origin}/`) === true;
  const isSecure = target.protocol === 'https:' && cookies !== undefined;
  return {
    ...others,
    ...(isOwn && { location: `http://${host}${location.slice(target.origin.length)}` }),
    ...(isSecure && { 'set-cookie': cookies.map(withoutTls) }),
  };
}

const withoutTls = (cookie: string): string =>
  cookie.replace(/;\s*(?:secure|samesite=none)(?=\s*(?:;|$))/gi, '');
