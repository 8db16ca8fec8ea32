import { createHmac } from 'node:crypto';
import type { EmulatedClient } from '../clients/emulated-client.ts';
import type { UpstreamFailure } from '../wire-messages.ts';
import type { UpstreamEvent } from './upstream-template.ts';

/** The maximum size of the response of an endpoint, in bytes. */
const MAXIMUM_RESPONSE = 1024 * 1024;

/** The response of an endpoint, or why there is none. */
export type UpstreamResponse =
  | { readonly status: number; readonly body: Uint8Array }
  | { readonly failure: UpstreamFailure };

class TooSlowError extends Error {}
class TooLongError extends Error {}

/**
 * Sends an event to an endpoint. Never rejects; the signal `ended` aborts the request.
 * Source: "Serverless protocols" of the service's documentation.
 */
export async function postUpstream(
  url: string,
  event: UpstreamEvent,
  client: EmulatedClient,
  accessKey: string,
  contentType: string,
  body: string | Uint8Array,
  timeout: number,
  ended: AbortSignal,
): Promise<UpstreamResponse> {
  // AbortSignal.any would leak: `ended`, which lives as long as the service, keeps each derived
  // signal.
  const request = new AbortController();
  const abort = (): void => request.abort();
  ended.addEventListener('abort', abort);
  const timer = setTimeout(() => request.abort(new TooSlowError()), timeout);
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { ...upstreamHeaders(event, client, accessKey), 'Content-Type': contentType },
      body: typeof body === 'string' ? body : new Uint8Array(body),
      signal: request.signal,
    });
    return { status: response.status, body: await readLimited(response) };
  } catch (error) {
    if (error instanceof TooSlowError) return { failure: 'tooSlow' };
    return { failure: error instanceof TooLongError ? 'tooLong' : 'unreachable' };
  } finally {
    clearTimeout(timer);
    ended.removeEventListener('abort', abort);
  }
}

function upstreamHeaders(
  event: UpstreamEvent,
  client: EmulatedClient,
  accessKey: string,
): Record<string, string> {
  const { connectionId, userId } = client;
  const { claims, queryString } = client.identity.openConnection;
  const signature = createHmac('sha256', accessKey)
    .update(connectionId)
    .digest('hex')
    .toUpperCase();
  const userClaims = claims
    .filter(([name]) => !name.startsWith('asrs.s.'))
    .map(([name, value]) => `${name}: ${value}`);
  return {
    'X-ASRS-Connection-Id': connectionId,
    'X-ASRS-Hub': event.hub,
    'X-ASRS-Category': event.category,
    'X-ASRS-Event': headerValue(event.event),
    'X-ASRS-Signature': `sha256=${signature}`,
    'X-ASRS-User-Claims': headerValue(userClaims.join(', ')),
    'X-ASRS-Client-Query': headerValue(queryString ?? ''),
    ...(userId === undefined ? {} : { 'X-ASRS-User-Id': headerValue(userId) }),
  };
}

/** Percent-encodes everything but visible ASCII, and replaces lone surrogates. */
const headerValue = (value: string): string =>
  Buffer.from(value)
    .toString('utf8')
    .replace(/[^\x20-\x7e]+/g, (part) => encodeURIComponent(part));

async function readLimited(response: Response): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    parts.push(part);
    length += part.length;
    if (length > MAXIMUM_RESPONSE) throw new TooLongError();
  }
  return Buffer.concat(parts);
}
