import type { WireLog } from './wire-log.ts';

/** Lets the log see every request and every frame of the page. Must run before the SignalR client is built. */
export function observeWire(
  log: WireLog,
  changed: () => void,
  isOurs: (url: string) => boolean,
): void {
  const fetchBefore = window.fetch.bind(window);
  window.fetch = async (input, init) => {
    const url = input instanceof Request ? input.url : String(input);
    if (!isOurs(url)) return fetchBefore(input, init);
    const path = url.replace(location.origin, '');
    log.note(
      'sent',
      `${init?.method ?? 'GET'} ${path.includes('negotiate') ? 'negotiate' : 'request'}`,
      path,
    );
    changed();
    const response = await fetchBefore(input, init);
    log.note(
      'received',
      `${response.status} ${response.statusText}`,
      await response.clone().text(),
    );
    changed();
    return response;
  };

  window.WebSocket = class extends WebSocket {
    constructor(url: string | URL, protocols?: string | string[]) {
      super(url, protocols);
      if (!isOurs(String(url))) return;
      log.note(
        'sent',
        'WebSocket',
        String(url).replace(location.origin.replace(/^http/, 'ws'), ''),
      );
      this.addEventListener('open', () => note('opened', ''));
      this.addEventListener('message', (event: MessageEvent<unknown>) => {
        if (typeof event.data === 'string') log.frame('received', event.data);
        changed();
      });
      this.addEventListener('close', (event) =>
        note('WebSocket closed', `${event.code} ${event.reason}`),
      );
      const note = (kind: string, body: string): void => {
        log.note('received', kind, body);
        changed();
      };
    }
    override send(data: string | ArrayBufferLike | Blob | ArrayBufferView<ArrayBuffer>): void {
      if (isOurs(this.url) && typeof data === 'string') log.frame('sent', data);
      changed();
      super.send(data as string);
    }
  };
}
