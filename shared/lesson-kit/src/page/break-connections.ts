/** The open WebSockets of the page. A connection to a service has no path of a hub. */
const open = new Map<WebSocket, { readonly path: string | undefined; readonly token: string }>();

window.WebSocket = class extends WebSocket {
  constructor(url: string | URL, protocols?: string | string[]) {
    super(url, protocols);
    const { host, pathname, searchParams } = new URL(url, location.href);
    const token = searchParams.get('id');
    if (token === null) return;
    open.set(this, { path: host === location.host ? pathname : undefined, token });
    this.addEventListener('close', () => open.delete(this));
  }
};

/**
 * Breaks the connections of the page to a hub, like a lost network: neither side sends a Close
 * message. The server of the lesson must mount `breakConnections` at `/break`.
 * @example await breakConnections('/messages');
 */
export async function breakConnections(hub: string): Promise<void> {
  const tokens = [...open.values()]
    .filter(({ path = hub }) => path === hub)
    .map(({ token }) => token);
  await fetch('/break', { method: 'POST', body: tokens.join('\n') });
}
