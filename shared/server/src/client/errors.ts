import { createError } from '@practical-signalr/protocol';

/**
 * The errors of the entry points for browsers. They have a file of their own, so that
 * bundles contain no others.
 */
export const clientErrors = {
  refreshUrlMissing: () =>
    createError(
      'ERR_SIGNALR_REFRESH_URL_MISSING',
      "The builder has no URL. Call 'withUrl' before 'withAuthenticationRefresh'.",
    ),
  refreshNotConnected: () =>
    createError(
      'ERR_SIGNALR_REFRESH_NOT_CONNECTED',
      'The token was not refreshed, because the client is not connected. Start the connection first.',
    ),
  refreshNotNegotiated: () =>
    createError(
      'ERR_SIGNALR_REFRESH_NOT_NEGOTIATED',
      "The token cannot be refreshed, because the client skipped the negotiation. Remove the option 'skipNegotiation'.",
    ),
  refreshRefused: (status: number, cause?: unknown) =>
    createError(
      'ERR_SIGNALR_REFRESH_REFUSED',
      `The server refused the new token with status ${status}. The token must be valid and belong to the same user, and the hub must set 'enableAuthenticationRefresh'.`,
      { cause },
    ),
  refreshFailed: (reason: string) =>
    createError(
      'ERR_SIGNALR_REFRESH_FAILED',
      `The token was not refreshed, because 'accessTokenFactory' or the HTTP client failed. Throw an Error that says why. The reason: ${reason}`,
    ),
} as const;
