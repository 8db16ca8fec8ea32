import { createHmac } from 'node:crypto';
import type { EmulatedClient } from '../clients/emulated-client.ts';
import type { UpstreamEvent } from './upstream-template.ts';

/** How long the answer of an endpoint may be, in bytes. */
const MAXIMUM_ANSWER = 1024 * 1024;

/** What an endpoint said, or why nothing can be made of it. */
export type UpstreamAnswer =
  | { readonly status: number; readonly body: Uint8Array }
  | { readonly failure: 'unreachable' | 'tooSlow' | 'tooLong' };

class TooSlowError extends Error {}
class TooLongError extends Error {}

/** Tells an endpoint of an event. Never rejects; `ended` gives it up. Source: "Serverless protocols" of the service's documentation. */
export async function postUpstream(
  url: string,
  event: UpstreamEvent,
  client: EmulatedClient,
  accessKey: string,
  contentType: string,
  body: string | Uint8Array,
  timeout: number,
  ended: AbortSignal,
): Promise<UpstreamAnswer> {
  // Not AbortSignal.any: what it makes is kept by the signal that lives as long as the service.
  const request = new AbortController();
  const giveUp = (): void => request.abort();
  ended.addEventListener('abort', giveUp);
  const timer = setTimeout(() => request.abort(new TooSlowError()), timeout);
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { ...upstreamHeaders(event, client, accessKey), 'Content-Type': contentType },
      body: typeof body === 'string' ? body : new Uint8Array(body),
      signal: request.signal,
    });
    return { status: response.status, body: await limited(response) };
  } catch (error) {
    if (error instanceof TooSlowError) return { failure: 'tooSlow' };
    return { failure: error instanceof TooLongError ? 'tooLong' : 'unreachable' };
  } finally {
    clearTimeout(timer);
    ended.removeEventListener('abort', giveUp);
  }
}

function upstreamHeaders(
  event: UpstreamEvent,
  client: EmulatedClient,
  accessKey: string,
): Record<string, string> {
  const { connectionId, userId } = client;
  const { claims, queryString } = client.identity.introduction;
  const signature = createHmac('sha256', accessKey)
    .update(connectionId)
    .digest('hex')
    .toUpperCase();
  const own = claims
    .filter(([name]) => !name.startsWith('asrs.s.'))
    .map(([name, value]) => `${name}: ${value}`);
  return {
    'X-ASRS-Connection-Id': connectionId,
    'X-ASRS-Hub': event.hub,
    'X-ASRS-Category': event.category,
    'X-ASRS-Event': headerText(event.event),
    'X-ASRS-Signature': `sha256=${signature}`,
    'X-ASRS-User-Claims': headerText(own.join(', ')),
    'X-ASRS-Client-Query': headerText(queryString ?? ''),
    ...(userId === undefined ? {} : { 'X-ASRS-User-Id': headerText(userId) }),
  };
}

/** A header carries visible ASCII only; half a surrogate pair becomes a replacement character. */
const headerText = (text: string): string =>
  Buffer.from(text)
    .toString('utf8')
    .replace(/[^\x20-\x7e]+/g, (part) => encodeURIComponent(part));

async function limited(response: Response): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    parts.push(part);
    length += part.length;
    if (length > MAXIMUM_ANSWER) throw new TooLongError();
  }
  return Buffer.concat(parts);
}
