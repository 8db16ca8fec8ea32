import type { BrowserContext } from '@playwright/test';

/** Matches the Close message (type 7) of a client, in JSON or MessagePack. */
const closeMessage = /^(\{"type":7[,}]|.[\u0091-\u0093]\u0007)/;

/** Matches a token in a URL, unless it is masked. */
const shownToken = /access_token=(?!•)/;

/**
 * Collects the problems of all pages of a context: errors, warnings and access tokens in the
 * console, uncaught errors, and requests to other hosts. Call it before the first page opens.
 *
 * Status 404 for a client that stops is not a problem: the client sends a Close message or a DELETE
 * and disconnects at the same time, and the server may process the disconnect first. ASP.NET Core
 * answers the same, and the client ignores it.
 * @example
 * const problems = watchProblems(context);
 * afterAll(() => expect(problems).toEqual([]));
 */
export function watchProblems(context: BrowserContext): string[] {
  const problems: string[] = [];
  const left = new Set<string>();
  context.on('console', (message) => {
    if (message.type() !== 'error' && message.type() !== 'warning') {
      // Chromium shows the URL of a WebSocket that fails, as an error.
      if (shownToken.test(message.text())) problems.push('The console shows an access token.');
      return;
    }
    if (left.has(message.location().url) && message.text().includes('status of 404')) return;
    problems.push(message.text());
  });
  context.on('weberror', (error) => problems.push(error.error().message));
  context.on('request', (request) => {
    const body = request.postDataBuffer()?.toString('latin1') ?? '';
    if (request.method() === 'DELETE' || closeMessage.test(body)) left.add(request.url());
    const { hostname, protocol } = new URL(request.url());
    const inside =
      protocol === 'data:' ||
      protocol === 'blob:' ||
      /^(localhost|127\.0\.0\.1|\[::1\])$/.test(hostname);
    if (!inside) problems.push(`sends a request to ${hostname}, which is another host`);
  });
  return problems;
}
