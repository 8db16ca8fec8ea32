import type { IncomingMessage } from 'node:http';
import type { AllowedOrigins } from '../authentication/allowed-origins.ts';
import { checkAllowedOrigins } from '../authentication/allowed-origins.ts';
import { errors } from '../errors.ts';
import { adminErrors } from './errors.ts';

/** What a request to the admin page does: look, send a message, or disconnect clients. */
export type AdminAction = 'view' | 'send' | 'disconnect';

/** Options of `adminRouter`. */
export interface AdminOptions<TRequest extends IncomingMessage = IncomingMessage> {
  /**
   * Returns whether the caller may do this. Called for every request, also for the files of the
   * page. Only the value `true` allows it; if the function throws, the request is refused. Run the
   * middleware that identifies the user before the router.
   * @example
   * { authorize: (request: express.Request, action) => request.user?.role === 'admin' }
   */
  readonly authorize: (request: TRequest, action: AdminAction) => boolean | Promise<boolean>;
  /**
   * The origins of pages that may send messages and disconnect clients, in addition to the page's
   * own origin. Needed only behind a proxy that changes the Host header. Default: none.
   */
  readonly allowedOrigins?: readonly string[];
}

/** Throws if an option is missing, unknown or invalid. */
export function checkAdminOptions(options: Partial<AdminOptions<never>> | undefined): void {
  if (typeof options?.authorize !== 'function') throw adminErrors.adminAuthorizeMissing();
  for (const name of Object.keys(options)) {
    if (name !== 'authorize' && name !== 'allowedOrigins')
      throw adminErrors.adminOptionUnknown(name);
  }
  // With '*', every page could act as the operator.
  const allowed = options.allowedOrigins as AllowedOrigins | undefined;
  if (allowed === '*') throw errors.allowedOriginsInvalid(allowed);
  checkAllowedOrigins(allowed);
}
