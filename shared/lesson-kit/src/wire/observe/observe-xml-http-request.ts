import type { ObservedRequest } from './observed-request.ts';
import { isForeign, type WireTap } from './wire-tap.ts';

/** Records every XMLHttpRequest of the page. The client uses it if there is no `fetch`. */
export function observeXmlHttpRequest(tap: WireTap): void {
  window.XMLHttpRequest = class extends XMLHttpRequest {
    #method = 'GET';
    #url = '';
    #authorization: string | undefined;

    override open(method: string, url: string | URL, ...rest: unknown[]): void {
      this.#method = method.toUpperCase();
      this.#url = String(url);
      (super.open as (...args: unknown[]) => void)(method, url, ...rest);
    }

    override setRequestHeader(name: string, value: string): void {
      if (name.toLowerCase() === 'authorization') this.#authorization = value;
      super.setRequestHeader(name, value);
    }

    override send(body?: Document | XMLHttpRequestBodyInit | null): void {
      if (!isForeign(this.#url)) {
        const request = tap.starts({
          url: this.#url,
          method: this.#method,
          authorization: this.#authorization,
        });
        if (request.kind === 'send') tap.frame('sent', body, this.#url);
        this.addEventListener('loadend', () => this.#ended(request), { once: true });
      }
      super.send(body);
    }

    #ended(request: ObservedRequest): void {
      tap.ends(request, this.status === 0 ? undefined : this.status);
      const { response } = this as { response: unknown };
      if (typeof response === 'string')
        tap.answer(request, this.#url, new TextEncoder().encode(response));
      else if (response instanceof ArrayBuffer)
        tap.answer(request, this.#url, new Uint8Array(response));
    }
  };
}
