/**
 * Returns a message for a failed action. Browsers report a server that has stopped as `Failed to
 * fetch`, which does not say what to do.
 */
export function errorMessage(error: unknown): string {
  if (error instanceof TypeError && /fetch|network|load failed/i.test(error.message)) {
    return 'The server does not respond. Start the lesson again, then reload the page.';
  }
  return error instanceof Error ? error.message : String(error);
}
