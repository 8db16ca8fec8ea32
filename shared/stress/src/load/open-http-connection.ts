import { type IncomingMessage, request } from 'node:http';

/** A transport over HTTP requests. */
export type HttpTransport = 'ServerSentEvents' | 'LongPolling';

const HANDSHAKE = '{"protocol":"json","version":1}\u001e';

/** Opens an idle connection over an HTTP transport. The response that stays open keeps it. */
export async function openHttpConnection(port: number, transport: HttpTransport): Promise<void> {
  const base = `http://127.0.0.1:${port}/hub`;
  const negotiated = await send('POST', `${base}/negotiate?negotiateVersion=1`);
  const { connectionToken } = JSON.parse(await read(negotiated)) as { connectionToken: string };
  const url = `${base}?id=${connectionToken}`;
  if (transport === 'LongPolling') {
    await read(await send('GET', url)); // The first poll only opens the connection.
    await read(await send('POST', url, HANDSHAKE));
    await read(await send('GET', url)); // The response to the handshake.
    // The poll stays open until the server answers it or the process ends.
    send('GET', url).catch(() => undefined);
    return;
  }
  const events = await send('GET', url, undefined, { Accept: 'text/event-stream' });
  await read(await send('POST', url, HANDSHAKE));
  await new Promise((resolve) => events.once('data', resolve));
  events.resume();
}

function send(
  method: string,
  url: string,
  body?: string,
  headers: Record<string, string> = {},
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method, headers, agent: false }, resolve);
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

async function read(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
