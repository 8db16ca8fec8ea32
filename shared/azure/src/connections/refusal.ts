import type { IncomingMessage } from 'node:http';
import { errorTexts } from '../error-texts.ts';

/** A clock that is off by more makes tokens invalid, in ms. */
const TOLERANCE = 5 * 60_000;

/** Why the service did not open a server connection, as a sentence. */
export function refusal(endpointName: string, response: IncomingMessage): string {
  const { statusCode = 0 } = response;
  const difference = Date.now() - Date.parse(response.headers.date ?? '');
  if (statusCode === 401 && Math.abs(difference) > TOLERANCE) {
    return errorTexts.clockDiffers(Math.round(difference / 60_000));
  }
  return errorTexts.refused(endpointName, statusCode);
}
