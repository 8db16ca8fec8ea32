import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';

/** A transport over HTTP requests. */
export type HttpTransport = 'ServerSentEvents' | 'LongPolling';

/** An idle connection over an HTTP transport. */
export interface HttpConnection {
  close(): void;
}

const HANDSHAKE = '{"protocol":"json","version":1}\u001e';

/** Opens an idle connection over an HTTP transport. The request that stays open keeps it. */
export async function openHttpConnection(
  port: number,
  transport: HttpTransport,
): Promise<HttpConnection> {
  const base = `http://127.0.0.1:${port}/hub`;
  const negotiated = await fetchText('POST', `${base}/negotiate?negotiateVersion=1`);
  const { connectionToken } = JSON.parse(negotiated) as { connectionToken: string };
  const url = `${base}?id=${connectionToken}`;
  if (transport === 'LongPolling') {
    await fetchText('GET', url); // The first poll only opens the connection.
    await fetchText('POST', url, HANDSHAKE);
    await fetchText('GET', url); // The response to the handshake.
    const poll = send('GET', url);
    poll.on('response', (response) => response.resume());
    return own(poll);
  }
  const outgoing = send('GET', url, undefined, { Accept: 'text/event-stream' });
  const events = await responseOf(outgoing);
  await fetchText('POST', url, HANDSHAKE);
  await new Promise((resolve, reject) => {
    events.once('data', resolve);
    events.once('close', () => reject(new Error('The server closed the events.')));
  });
  events.resume();
  return own(outgoing);
}

/** Returns the owner of a request that stays open. The server may close it first. */
function own(outgoing: ClientRequest): HttpConnection {
  outgoing.on('error', () => undefined);
  return { close: () => outgoing.destroy() };
}

function send(
  method: string,
  url: string,
  body?: string,
  headers: Record<string, string> = {},
): ClientRequest {
  const outgoing = request(url, { method, headers, agent: false });
  outgoing.end(body);
  return outgoing;
}

/** Rejects if the request fails. */
async function responseOf(outgoing: ClientRequest): Promise<IncomingMessage> {
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
  return response;
}

async function fetchText(method: string, url: string, body?: string): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of await responseOf(send(method, url, body))) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
