import { ConnectionNotFoundError } from '../../errors.ts';
import { HubError } from '../../hub-error.ts';

/** Returns whether clients receive the message of the error. */
export const isHubError = (error: unknown): boolean =>
  error instanceof HubError && !(error instanceof ConnectionNotFoundError);

/** Returns whether the error reports that a call was canceled. */
export const isAbortError = (error: unknown): boolean =>
  error instanceof Error && error.name === 'AbortError';

/**
 * Returns the error message for the client. It includes the name and message of a `HubError`, and
 * those of other errors only if detailed errors are on.
 */
export function errorText(prefix: string, error: unknown, hasDetailedErrors: boolean): string {
  if (!isHubError(error) && !hasDetailedErrors) return prefix;
  const description =
    error instanceof Error ? `${error.name}: ${error.message}` : `Error: ${String(error)}`;
  return `${prefix} ${description}`;
}
