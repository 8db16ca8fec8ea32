import { isForeign, type WireTap } from './wire-tap.ts';

/**
 * Records every `fetch` of the page: negotiate, Long Polling, and the POSTs of Server-Sent Events.
 */
export function observeFetch(tap: WireTap): void {
  const before = window.fetch.bind(window);
  window.fetch = async (input, init) => {
    const url = input instanceof Request ? input.url : String(input);
    if (isForeign(url)) return before(input, init);
    const { method, headers } =
      input instanceof Request ? input : { method: 'GET', headers: undefined };
    const sent = new Headers(init?.headers ?? headers);
    const request = tap.starts({
      url,
      method: (init?.method ?? method).toUpperCase(),
      authorization: sent.get('authorization'),
      eventStream: sent.get('accept') === 'text/event-stream',
    });
    if (request.kind === 'send') tap.frame('sent', init?.body, url);
    let response: Response;
    const read = async (): Promise<void> => {
      try {
        tap.answer(request, url, new Uint8Array(await response.clone().arrayBuffer()));
      } catch {
        // The client reports a body that breaks off.
      }
    };
    try {
      response = await before(input, init);
    } catch (error) {
      tap.ends(request, undefined);
      throw error;
    }
    tap.ends(request, response.status);
    if (!tap.log.on) return response;
    // Wait for the small responses of a hub, to keep the order. An event stream has no end.
    if (request.kind !== 'request' && request.kind !== 'event stream') await read();
    else if (response.headers.get('content-type')?.startsWith('text/event-stream') !== true)
      void read();
    return response;
  };
}
