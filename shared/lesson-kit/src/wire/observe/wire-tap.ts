import type { ObservedRequest, RequestFacts } from './observed-request.ts';
import { requestEnds, requestStarts } from './observe-requests.ts';
import { learnSecret } from '../redact.ts';
import type { WireLog } from '../wire-log.ts';

/** The log and the listeners that the hooks of fetch, WebSocket and the others share. */
export class WireTap {
  readonly log: WireLog;
  readonly #changed: () => void;

  /** Calls `changed` after each entry and each new status. */
  constructor(log: WireLog, changed: () => void) {
    this.log = log;
    this.#changed = changed;
  }

  starts(facts: RequestFacts): ObservedRequest {
    if (facts.authorization) learnSecret(facts.authorization.replace(/^\w+\s+/, ''));
    const request = requestStarts(facts);
    this.log.note('sent', `${request.method} ${request.kind}`, pathOf(facts.url), request);
    this.#changed();
    return request;
  }

  ends(request: ObservedRequest, status: number | undefined): void {
    requestEnds(request, status);
    this.#changed();
  }

  event(kind: string, text: string): void {
    this.log.note('received', kind, text);
    this.#changed();
  }

  /** Records a response body: frames of a poll, or text. */
  answer(request: ObservedRequest, url: string, body: Uint8Array): void {
    if (body.length === 0) return;
    if (request.kind === 'poll' && request.status === 200)
      this.frame('received', textOrBytes(body), url);
    else this.event(`${request.kind} answer`, new TextDecoder().decode(body));
  }

  frame(direction: 'sent' | 'received', data: unknown, url: string): void {
    if (typeof data === 'string') this.log.frame(direction, data, connectionOf(url));
    else if (data instanceof ArrayBuffer)
      this.log.frame(direction, new Uint8Array(data), connectionOf(url));
    else if (ArrayBuffer.isView(data)) {
      // Copy the bytes, because the sender may reuse its buffer.
      const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice();
      this.log.frame(direction, bytes, connectionOf(url));
    } else return;
    this.#changed();
  }
}

/** Long Polling responses of both protocols look alike. JSON ends with the record separator. */
function textOrBytes(body: Uint8Array): string | Uint8Array {
  if (body[0] !== 0x7b || body.at(-1) !== 0x1e) return body;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    return body;
  }
}

/** Matches requests that are not recorded: files, Vite, the request journal, the control panel. */
export const isForeign = (url: string): boolean =>
  /\/@|\/node_modules\/|^(data|blob):|\/(requests|control-panel)(\?|$)|\.(ts|js|css|html|json|svg)(\?|$)/.test(
    url,
  );

/** Returns a URL without the origin of the page. */
const pathOf = (url: string): string => {
  const { origin, pathname, search } = new URL(url, location.href);
  return (origin.replace(/^ws/, 'http') === location.origin ? '' : origin) + pathname + search;
};

/** Returns the `id` of a URL. Requests with the same `id` belong to one connection. */
const connectionOf = (url: string): string => {
  const { pathname, searchParams } = new URL(url, location.href);
  return searchParams.get('id') ?? pathname;
};
