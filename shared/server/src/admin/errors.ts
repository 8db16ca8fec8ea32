import { createError } from '@practical-signalr/protocol';
import { typeError } from '../errors.ts';

/** The errors of the admin page. */
export const adminErrors = {
  adminAuthorizeMissing: () =>
    typeError(
      'ERR_SIGNALR_ADMIN_AUTHORIZE_MISSING',
      "adminRouter needs the option 'authorize', because the page shows users and can disconnect them. Pass a function that returns true for administrators, for example { authorize: (request) => request.session.user?.isAdmin === true }.",
    ),
  adminServerInvalid: () =>
    typeError(
      'ERR_SIGNALR_ADMIN_SERVER_INVALID',
      'The first argument of adminRouter is not a SignalRServer. Pass the server whose hubs the page shows.',
    ),
  adminOptionUnknown: (name: string) =>
    typeError(
      'ERR_SIGNALR_ADMIN_OPTION_UNKNOWN',
      `'${name}' is not an option of adminRouter. Available: authorize, allowedOrigins.`,
    ),
  adminFilesMissing: (file: string, cause?: unknown) =>
    createError(
      'ERR_SIGNALR_ADMIN_FILES_MISSING',
      `The file '${file}' of the admin page cannot be read. Run npm install uplot. If you bundle your server, keep '@practical-signalr/server' external.`,
      { cause },
    ),
} as const;
