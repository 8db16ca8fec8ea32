import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { endSocket, resolveTarget, splitTarget } from '@practical-signalr/server/transports';
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
  const { path, query } = splitTarget(request.url ?? '/');
  const connection = recorder.find(query) ?? recorder.create();
  const server = connectTo(target, upgrade);
  let isRelayed = false;
  // Later, the client's WebSocket closes, which is recorded.
  socket.on('error', () => {
    if (!isRelayed) server?.terminate();
  });
  if (server === undefined) {
    endSocket(socket, 'HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n');
    return;
  }
  track(server, upgrade.open);
  const stopWatching = onceEnded(socket, () => server.terminate());
  server.on('error', () => {
    if (isRelayed) socket.destroy();
    else endSocket(socket, 'HTTP/1.1 502 Bad Gateway\r\nConnection: close\r\n\r\n');
  });
  // The acceptor refuses clients whose handshake is not valid.
  socket.once('close', () => {
    if (!isRelayed) server.terminate();
  });
  server.on('unexpected-response', (_request, answer) => {
    const status = answer.statusCode ?? 502;
    connection.open('WebSockets', path, query, status);
    const statusLine = `HTTP/1.1 ${status} ${answer.statusMessage ?? ''}`;
    endSocket(socket, `${statusLine}\r\nConnection: close\r\n\r\n`);
    server.terminate();
  });
  server.on('open', () => {
    server.pause();
    stopWatching();
    acceptor.handleUpgrade(request, socket, head, (client) => {
      isRelayed = true;
      track(client, upgrade.open);
      connection.open('WebSockets', path, query, 101);
      relay(connection, 'client', client, server);
      relay(connection, 'server', server, client);
      server.resume();
    });
  });
}

/** Opens the WebSocket to the server. Undefined if the client names impossible subprotocols. */
function connectTo(target: URL, { request, headers }: Upgrade): WebSocket | undefined {
  const address = resolveTarget(request.url ?? '/', target);
  address.protocol = target.protocol === 'https:' ? 'wss:' : 'ws:';
  const protocols = request.headers['sec-websocket-protocol']?.split(/\s*,\s*/) ?? [];
  try {
    const options = { headers: withoutHandshake(headers), perMessageDeflate: false };
    return new WebSocket(address, protocols, options);
  } catch {
    return undefined;
  }
}

/**
 * Calls a function if a client closes its socket while nothing reads from the socket. What the
 * client sends stays in the buffer. Returns a function that ends this.
 */
function onceEnded(socket: Duplex, onEnd: () => void): () => void {
  const reachEnd = (): void => {
    // A socket emits its end when it is read, which must not take data.
    if (socket.readableLength === 0) socket.read();
  };
  socket.on('readable', reachEnd);
  socket.once('end', onEnd);
  return () => socket.off('readable', reachEnd).off('end', onEnd);
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
    destination.send(data, { binary: isBinary }, () => {
      if (destination.bufferedAmount <= MAXIMUM_WAITING) source.resume();
    });
    if (destination.bufferedAmount > MAXIMUM_WAITING) source.pause();
  });
  source.on('error', () => {
    // Before the other side closes, too.
    connection.close(from);
    destination.terminate();
  });
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
