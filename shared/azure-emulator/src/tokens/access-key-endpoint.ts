import type { RequestHandler } from 'express';
import type { EmulatedService } from '../emulated-service.ts';
import { errorTexts } from '../error-texts.ts';
import { entraClaims } from './entra-check.ts';

/** The name of the one key that there is. */
export const KEY_ID = 'emulator';

/** `GET /api/v1/auth/accessKey`: who signs in with Entra ID gets the key that signs the tokens of clients. */
export function accessKeyEndpoint(service: EmulatedService): RequestHandler {
  const { entra, accessKey } = service.options;
  return (request, response) => {
    response.set('cache-control', 'no-store');
    if (entraClaims(request, entra) !== undefined)
      return void response.json({ KeyId: KEY_ID, AccessKey: accessKey });
    const why = entra === undefined ? errorTexts.noEntraIssuer : errorTexts.entraRefused;
    service.log(errorTexts.refused('A request for the access key', 401, why));
    response.status(401).type('text/plain').send(why);
  };
}
