import type { IncomingMessage } from 'node:http';
import { logMessages } from '../log-messages.ts';

/** A larger difference between the clocks makes tokens invalid, in ms. */
const TOLERANCE = 5 * 60_000;

/** Returns a message that says why the service refused a server connection. */
export function describeRefusal(endpointName: string, response: IncomingMessage): string {
  const { statusCode = 0 } = response;
  const difference = Date.now() - Date.parse(response.headers.date ?? '');
  if (statusCode === 401 && Math.abs(difference) > TOLERANCE) {
    return logMessages.clockDiffers(Math.round(difference / 60_000));
  }
  return logMessages.refused(endpointName, statusCode);
}
