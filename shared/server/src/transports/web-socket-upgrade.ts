import type { Socket } from 'node:net';
import { type ServerOptions, WebSocket, WebSocketServer } from 'ws';
import { CLOSE_TIMEOUT } from './buffered-transport.ts';
import type { TransportUpgrader } from './transport-definition.ts';
import { WebSocketTransport } from './web-sockets.ts';

/**
 * The codes that RFC 6455 defines for protocol errors of the peer. As in ASP.NET Core, every other
 * close is answered with 1000.
 */
const protocolErrors = new Set([1002, 1003, 1007, 1009]);

class ClosingWebSocket extends WebSocket {
  override close(code?: number): void {
    super.close(code !== undefined && protocolErrors.has(code) ? code : 1000);
  }
}

/** Creates the function that completes the opening handshake of WebSockets. */
export function createWebSocketUpgrader(maximumMessageSize: number): TransportUpgrader {
  // No compression, as in ASP.NET Core: one prebuilt frame is sent to all clients.
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: maximumMessageSize,
    WebSocket: ClosingWebSocket,
    closeTimeout: CLOSE_TIMEOUT,
  } as ServerOptions<typeof ClosingWebSocket>);
  return ({ request, socket, head }, onOpen) => {
    server.handleUpgrade(request, socket, head, (webSocket) => {
      (socket as Socket).setNoDelay(true);
      onOpen(
        ({ batcher, sendLimits, onTooSlow }) =>
          new WebSocketTransport(webSocket, socket, batcher, sendLimits, onTooSlow),
      );
    });
  };
}
