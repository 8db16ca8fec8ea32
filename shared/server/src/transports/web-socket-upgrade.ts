import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { type ServerOptions, WebSocketServer } from 'ws';
import { CLOSE_TIMEOUT } from './buffered-transport.ts';
import type { TransportUpgrader } from './transport-definition.ts';
import { ObservedWebSocket } from './web-socket/observed-web-socket.ts';
import { WebSocketTransport } from './web-sockets.ts';

/**
 * Hides what a client offers in addition. The hub speaks no subprotocol, so it must not confirm
 * one, and the library refuses an invalid list, such as an empty one. It also refuses a client that
 * offers several protocols for the upgrade.
 */
function ignoreOffers(request: IncomingMessage): void {
  const { upgrade, 'sec-websocket-protocol': subprotocols } = request.headers;
  if (subprotocols === undefined && !upgrade?.includes(',')) return;
  // The connection keeps the original headers.
  const headers = { ...request.headers };
  delete headers['sec-websocket-protocol'];
  headers.upgrade = 'websocket';
  request.headers = headers;
}

/** Creates the function that completes the opening handshake of WebSockets. */
export function createWebSocketUpgrader(): TransportUpgrader {
  // No compression, as in ASP.NET Core: one prebuilt frame is sent to all clients.
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    WebSocket: ObservedWebSocket,
    closeTimeout: CLOSE_TIMEOUT,
  } as ServerOptions<typeof ObservedWebSocket>);
  return ({ request, socket, head }, onOpen) => {
    ignoreOffers(request);
    server.handleUpgrade(request, socket, head, (webSocket) => {
      (socket as Socket).setNoDelay(true);
      onOpen(
        ({ batcher, sendLimits, onTooSlow }) =>
          new WebSocketTransport(webSocket, socket, batcher, sendLimits, onTooSlow),
      );
    });
  };
}
