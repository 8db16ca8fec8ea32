/** The page's open WebSockets: the path of their hub and their token; without a path those with a service that a hub sends clients to. */
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
 * Breaks the page's connections to a hub as a lost network does: neither side says goodbye. The server of the lesson must
 * mount `breakConnections` at `/break`.
 * @example await breakConnections('/messages');
 */
export async function breakConnections(hub: string): Promise<void> {
  const tokens = [...open.values()]
    .filter(({ path = hub }) => path === hub)
    .map(({ token }) => token);
  await fetch('/break', { method: 'POST', body: tokens.join('\n') });
}
