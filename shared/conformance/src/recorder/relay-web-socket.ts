import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocket, WebSocketServer } from 'ws';
import type { RecordedConnection } from './recorded-connection.ts';
import type { SessionRecorder } from './session-recorder.ts';

/** The amount of data that may wait for one side before the other is not read, in bytes. */
const MAXIMUM_WAITING = 1024 * 1024;
const NORMAL_CLOSURE = 1000;

/** An upgrade request of a client. */
export interface Upgrade {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
  /** The headers for the server. */
  readonly headers: IncomingHttpHeaders;
  /** The open WebSockets of the proxy, which closes them in the end. */
  readonly open: Set<WebSocket>;
}

const acceptor = new WebSocketServer({ noServer: true, perMessageDeflate: false });

/** Connects a client's WebSocket with one to the server, and records it. */
export function relayWebSocket(target: URL, recorder: SessionRecorder, upgrade: Upgrade): void {
  const { request, socket, head } = upgrade;
  const [path = '/', query = ''] = (request.url ?? '/').split('?');
  const connection = recorder.find(query) ?? recorder.create();
  const address = new URL(request.url ?? '/', target);
  address.protocol = target.protocol === 'https:' ? 'wss:' : 'ws:';
  const protocols = request.headers['sec-websocket-protocol']?.split(/\s*,\s*/) ?? [];
  const server = new WebSocket(address, protocols, {
    headers: withoutHandshake(upgrade.headers),
    perMessageDeflate: false,
  });
  track(server, upgrade.open);
  socket.on('error', () => server.terminate());
  server.on('error', () => socket.destroy());
  server.on('unexpected-response', (_request, answer) => {
    const status = answer.statusCode ?? 502;
    connection.open('WebSockets', path, query, status);
    socket.end(`HTTP/1.1 ${status} ${answer.statusMessage ?? ''}\r\nConnection: close\r\n\r\n`);
    server.terminate();
  });
  server.on('open', () => {
    server.pause();
    acceptor.handleUpgrade(request, socket, head, (client) => {
      track(client, upgrade.open);
      connection.open('WebSockets', path, query, 101);
      relay(connection, 'client', client, server);
      relay(connection, 'server', server, client);
      server.resume();
    });
  });
}

function track(webSocket: WebSocket, open: Set<WebSocket>): void {
  open.add(webSocket);
  webSocket.once('close', () => open.delete(webSocket));
}

function relay(
  connection: RecordedConnection,
  from: 'client' | 'server',
  source: WebSocket,
  destination: WebSocket,
): void {
  source.on('message', (data: Buffer, isBinary) => {
    connection.receive(from, data);
    if (destination.readyState !== WebSocket.OPEN) return;
    destination.send(data, { binary: isBinary }, () => source.resume());
    if (destination.bufferedAmount > MAXIMUM_WAITING) source.pause();
  });
  source.on('error', () => destination.terminate());
  source.on('close', (code, reason) => {
    connection.close(from);
    if (code === 1006) destination.terminate();
    else destination.close(isSendable(code) ? code : NORMAL_CLOSURE, reason.toString());
  });
}

/** Codes such as 1005 report a close without a code, and must not be sent. */
const isSendable = (code: number): boolean =>
  code >= NORMAL_CLOSURE && code < 5000 && ![1004, 1005, 1006, 1015].includes(code);

/** Removes the headers of the client's own handshake with the proxy. */
function withoutHandshake(headers: IncomingHttpHeaders): Record<string, string> {
  const kept = Object.entries(headers).filter(
    ([name]) => !/^(sec-websocket-.*|upgrade|connection)$/.test(name),
  );
  return Object.fromEntries(kept.map(([name, value]) => [name, String(value)]));
}
