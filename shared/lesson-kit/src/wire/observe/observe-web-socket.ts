import { isForeign, type WireTap } from './wire-tap.ts';

/** Records every WebSocket of the page and its request. */
export function observeWebSocket(tap: WireTap): void {
  window.WebSocket = class extends WebSocket {
    readonly #seen: boolean;

    constructor(url: string | URL, protocols?: string | string[]) {
      super(url, protocols);
      // Vite's hot reload uses its own WebSocket on the same port.
      this.#seen = !isForeign(String(url)) && !String(protocols ?? '').startsWith('vite-');
      if (!this.#seen) return;
      const request = tap.starts({ method: 'GET', url: String(url), upgrade: true });
      this.addEventListener('open', () => tap.ends(request, 101));
      this.addEventListener('error', () => tap.ends(request, undefined));
      this.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
        if (data instanceof Blob)
          void data.arrayBuffer().then((bytes) => tap.frame('received', bytes, this.url));
        else tap.frame('received', data, this.url);
      });
      this.addEventListener('close', ({ code, reason }) =>
        tap.event('websocket closed', `${code} ${reason}`),
      );
    }

    override send(data: string | ArrayBufferLike | Blob | ArrayBufferView<ArrayBuffer>): void {
      if (this.#seen) tap.frame('sent', data, this.url);
      super.send(data as string);
    }
  };
}
