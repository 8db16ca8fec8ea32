import type { RequestHandler } from 'express';
import type { EmulatedService } from '../emulated-service.ts';
import { logMessages } from '../log-messages.ts';
import { wireMessages } from '../wire-messages.ts';
import { entraClaims } from './entra-check.ts';

/** The id of the only access key. */
export const KEY_ID = 'emulator';

/**
 * Serves `GET /api/v1/auth/accessKey`: apps that sign in with Entra ID get the key that signs
 * clients' tokens.
 */
export function accessKeyEndpoint(service: EmulatedService): RequestHandler {
  const { entra, accessKey } = service.options;
  return (request, response) => {
    response.set('cache-control', 'no-store');
    if (entraClaims(request, entra) !== undefined) {
      response.json({ KeyId: KEY_ID, AccessKey: accessKey });
      return;
    }
    const reason = entra === undefined ? wireMessages.noEntraIssuer : wireMessages.entraRefused;
    service.log(logMessages.refused('A request for the access key', 401, reason));
    response.status(401).type('text/plain').send(reason);
  };
}
