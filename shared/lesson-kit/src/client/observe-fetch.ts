import { isForeign, type WireTap } from './wire-tap.ts';

/** Lets the tap see every `fetch` of the page: negotiation, long polling, and what the client sends beside event streams. */
export function observeFetch(tap: WireTap): void {
  const before = window.fetch.bind(window);
  window.fetch = async (input, init) => {
    const url = input instanceof Request ? input.url : String(input);
    if (isForeign(url)) return before(input, init);
    const { method, headers } = input instanceof Request ? input : { method: 'GET', headers: undefined };
    const sent = new Headers(init?.headers ?? headers);
    const request = tap.starts({
      url,
      method: (init?.method ?? method).toUpperCase(),
      authorization: sent.get('authorization'),
      eventStream: sent.get('accept') === 'text/event-stream',
    });
    if (request.kind === 'send') tap.frame('sent', init?.body, url);
    try {
      const response = await before(input, init);
      tap.ends(request, response.status);
      // An event stream has no end to wait for.
      if (response.headers.get('content-type')?.startsWith('text/event-stream') !== true) {
        void response
          .clone()
          .arrayBuffer()
          .then((body) => tap.answer(request, url, new Uint8Array(body)), ignore);
      }
      return response;
    } catch (error) {
      tap.ends(request, undefined);
      throw error;
    }
  };
}

/** A body that breaks off is the client's to report. */
const ignore = (): void => undefined;
