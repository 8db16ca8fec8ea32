import type { ObservedRequest, RequestFacts } from './observed-request.ts';
import { requestEnds, requestStarts } from './observe-requests.ts';
import { learnSecret } from '../redact.ts';
import type { WireLog } from '../wire-log.ts';

/** What the hooks of fetch, XMLHttpRequest, WebSocket and EventSource have in common: one log, and who is told. */
export class WireTap {
  readonly log: WireLog;
  readonly #changed: () => void;

  /** `changed` is called after each entry and each new status. */
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

  /** The body of an answer: frames of a poll, text of anything else. */
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
      // A copy: who sends may use its buffer again.
      const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice();
      this.log.frame(direction, bytes, connectionOf(url));
    } else return;
    this.#changed();
  }
}

/** Long polling answers both protocols alike: records of JSON are text that ends with the separator. */
function textOrBytes(body: Uint8Array): string | Uint8Array {
  if (body[0] !== 0x7b || body.at(-1) !== 0x1e) return body;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    return body;
  }
}

/** Requests of the page that are not the lesson's: its own files, those of Vite, the request journal, and the control panel. */
export const isForeign = (url: string): boolean =>
  /\/@|\/node_modules\/|^(data|blob):|\/(requests|control-panel)(\?|$)|\.(ts|js|css|html|json|svg)(\?|$)/.test(
    url,
  );

/** Without the page's own origin. */
const pathOf = (url: string): string => {
  const { origin, pathname, search } = new URL(url, location.href);
  return (origin.replace(/^ws/, 'http') === location.origin ? '' : origin) + pathname + search;
};

/** Two requests with one `id` are of one connection. */
const connectionOf = (url: string): string => {
  const { pathname, searchParams } = new URL(url, location.href);
  return searchParams.get('id') ?? pathname;
};
