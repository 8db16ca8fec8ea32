import type { BrowserContext } from '@playwright/test';

/**
 * Collects what every page of a context complains of: errors and warnings of the console, errors that nobody caught, and
 * requests to the outside. Call it before the first page opens.
 * @example
 * const problems = watchProblems(context);
 * afterAll(() => expect(problems).toEqual([]));
 */
export function watchProblems(context: BrowserContext): string[] {
  const problems: string[] = [];
  context.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') problems.push(message.text());
  });
  context.on('weberror', (error) => problems.push(error.error().message));
  context.on('request', (request) => {
    const { hostname, protocol } = new URL(request.url());
    const inside = protocol === 'data:' || protocol === 'blob:' || /^(localhost|127\.0\.0\.1|\[::1\])$/.test(hostname);
    if (!inside) problems.push(`asks ${hostname}, which is outside`);
  });
  return problems;
}
