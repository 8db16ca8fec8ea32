import type { HubError } from './hub-error.ts';

/**
 * Arguments that do not match the hub method. Clients see the message only if
 * `enableDetailedErrors` is on. The name is that of .NET.
 */
export class BindingError extends Error {
  override readonly name = 'InvalidDataException';
  /** The reason for the log. It contains no values of the client. */
  reason = '';
  /** What a client may receive if `exposeValidationErrors` is on. */
  hubError: HubError | undefined;
}
