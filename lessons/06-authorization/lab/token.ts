import { fetchText } from '@practical-signalr/lesson-kit/client';

/** Returns a token of the lesson's server that is valid for some seconds. */
export const getToken = (seconds = 60, name = 'alice'): Promise<string> =>
  fetchText(`/token?${new URLSearchParams({ name, seconds: String(seconds) })}`);

/** Returns a POST request with a token in its header. */
export const postWithToken = (token: string): RequestInit => ({
  method: 'POST',
  headers: { authorization: `Bearer ${token}` },
});

/**
 * Returns when a token expires, in ms since 1970. Anybody can read a token, but only the server can
 * sign it.
 */
export function expiryOf(token: string): number {
  const [, claims = ''] = token.split('.');
  const json = atob(claims.replaceAll('-', '+').replaceAll('_', '/'));
  return (JSON.parse(json) as { exp: number }).exp * 1000;
}

/** Waits until one second after a token expires. */
export const waitForExpiry = (token: string): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, expiryOf(token) + 1000 - Date.now()));
