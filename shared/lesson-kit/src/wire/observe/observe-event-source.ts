import { isForeign, type WireTap } from './wire-tap.ts';

/** Records every EventSource of the page and its request. */
export function observeEventSource(tap: WireTap): void {
  window.EventSource = class extends EventSource {
    constructor(url: string | URL, options?: EventSourceInit) {
      super(url, options);
      if (isForeign(String(url))) return;
      const request = tap.starts({ method: 'GET', url: String(url), eventStream: true });
      this.addEventListener('open', () => tap.ends(request, 200));
      this.addEventListener('error', () => {
        tap.ends(request, undefined);
        if (request.status !== undefined) tap.event('event stream closed', '');
      });
      this.addEventListener('message', ({ data }: MessageEvent<unknown>) =>
        tap.frame('received', data, this.url),
      );
    }
  };
}
