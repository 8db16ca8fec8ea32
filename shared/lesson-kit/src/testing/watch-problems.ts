import type { BrowserContext } from '@playwright/test';

/** A client's goodbye over Server-Sent Events or long polling: a POST of the Close message (type 7), in JSON or MessagePack. */
const closeMessage = /^(\{"type":7[,}]|.[\u0091-\u0093]\u0007)/;

/**
 * Collects what every page of a context complains of: errors and warnings of the console, errors that nobody caught, and
 * requests to the outside. Call it before the first page opens.
 *
 * Not a problem is the 404 to a client that has stopped: it says goodbye by POST or DELETE and hangs up in the same moment, and
 * the server may have seen that first. ASP.NET Core answers the same, and the official client takes no notice.
 * @example
 * const problems = watchProblems(context);
 * afterAll(() => expect(problems).toEqual([]));
 */
export function watchProblems(context: BrowserContext): string[] {
  const problems: string[] = [];
  const left = new Set<string>();
  context.on('console', (message) => {
    if (message.type() !== 'error' && message.type() !== 'warning') return;
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
    if (!inside) problems.push(`asks ${hostname}, which is outside`);
  });
  return problems;
}
