import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { type ServerOptions, WebSocketServer } from 'ws';
import { MemoryBudget } from '../connections/memory-budget.ts';
import { CLOSE_TIMEOUT } from './buffered-transport.ts';
import type { TransportUpgrader } from './transport-definition.ts';
import { ObservedWebSocket } from './web-socket/observed-web-socket.ts';
import { WebSocketTransport } from './web-sockets.ts';

/**
 * The bytes that the .NET client collects before its sends wait. It sends them in one WebSocket
 * message, together with the hub message that exceeds them.
 * Source: `HttpConnectionOptions.TransportMaxBufferSize` of the .NET client.
 */
const CLIENT_BUFFER = 1024 * 1024;
/**
 * The average size of fragments and chunks above which messages may have any number of them. The
 * .NET client sends fragments of 4 KB. Networks deliver chunks of less than 1.5 KB.
 */
const SMALLEST_PARTS = 1024;
/**
 * The size of an unfinished message that each connection may hold in addition to
 * `maximumReceiveMessageSize`, in bytes.
 */
export const UNFINISHED_SHARE = 65_536;
/** The bytes of unfinished messages above this share, for all connections of a hub. */
export const UNFINISHED_BUDGET = 16 * 1024 * 1024;
/** The limits of one WebSocket message. */
export interface WebSocketMessageLimits {
  /** In bytes. */
  readonly size: number;
  /** The maximum number of fragments, and of chunks that are not a whole frame. */
  readonly parts: number;
}

/**
 * Returns the limits of a WebSocket message. It may contain many hub messages, each of which has
 * its own limit.
 */
export function webSocketMessageLimits(maximumReceiveMessageSize: number): WebSocketMessageLimits {
  const size = Math.max(CLIENT_BUFFER + maximumReceiveMessageSize, 2 * maximumReceiveMessageSize);
  return { size, parts: Math.ceil(size / SMALLEST_PARTS) };
}

/**
 * Hides the subprotocols that a client offers. The hub speaks none, so it must not confirm one. The
 * library refuses an invalid list, such as an empty one.
 */
function ignoreSubprotocols(request: IncomingMessage): void {
  if (request.headers['sec-websocket-protocol'] === undefined) return;
  // The connection keeps the original headers.
  const value = { ...request.headers };
  delete value['sec-websocket-protocol'];
  Object.defineProperty(request, 'headers', { value, configurable: true, writable: true });
}

/** Creates the function that completes the opening handshake of WebSockets. */
export function createWebSocketUpgrader(maximumReceiveMessageSize: number): TransportUpgrader {
  const { size, parts } = webSocketMessageLimits(maximumReceiveMessageSize);
  // No compression, as in ASP.NET Core: one prebuilt frame is sent to all clients.
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: size,
    maxFragments: parts,
    maxBufferedChunks: parts,
    WebSocket: ObservedWebSocket,
    closeTimeout: CLOSE_TIMEOUT,
  } as ServerOptions<typeof ObservedWebSocket>);
  const receiveLimits = {
    share: maximumReceiveMessageSize + UNFINISHED_SHARE,
    budget: new MemoryBudget(UNFINISHED_BUDGET),
  };
  return ({ request, socket, head }, onOpen) => {
    ignoreSubprotocols(request);
    server.handleUpgrade(request, socket, head, (webSocket) => {
      (socket as Socket).setNoDelay(true);
      onOpen(
        ({ batcher, sendLimits, onTooSlow }) =>
          new WebSocketTransport(webSocket, socket, batcher, sendLimits, onTooSlow, receiveLimits),
      );
    });
  };
}
