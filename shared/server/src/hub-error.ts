import type { ErrorCode } from '@practical-signalr/protocol';

/**
 * An error whose message the client receives. The messages of all other errors stay on the server.
 * Its name is that of `HubException` of ASP.NET Core, because clients see it.
 * `code` is `ERR_SIGNALR_HUB_ERROR`, or names what happened if the server creates the error.
 * @example
 * throw new HubError('This room is full.');
 */
export class HubError extends Error {
  override readonly name: string = 'HubException';
  readonly code: ErrorCode = 'ERR_SIGNALR_HUB_ERROR';
}
