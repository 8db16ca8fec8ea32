import type { IncomingMessage } from 'node:http';
import type { Transport } from '../../connections/transport.ts';
import { createWebSocketUpgrader } from '../../transports/web-socket-upgrade.ts';
import type { WebSocketTransport } from '../../transports/web-sockets.ts';
import { WriteBatcher } from '../../transports/write-batcher.ts';
import { FakeSocket } from './fake-socket.ts';

/** A WebSocket whose client is the test. */
interface OpenedWebSocket {
  readonly socket: FakeSocket;
  readonly transport: WebSocketTransport;
  readonly batcher: WriteBatcher;
  readonly messages: (string | Buffer)[];
  /** Resolves when the transport has closed, with whether the connection was lost. */
  readonly closed: Promise<boolean | undefined>;
}

/** Returns a request that opens a WebSocket. `headers` are sent in addition. */
export function upgradeRequest(headers: Readonly<Record<string, string>> = {}): IncomingMessage {
  const requiredHeaders = {
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
  };
  const allHeaders = { ...requiredHeaders, ...headers };
  return { method: 'GET', headers: allHeaders } as unknown as IncomingMessage;
}

/** Opens a WebSocket of a hub on a socket in memory. `highWaterMark` is a number of bytes. */
export function openWebSocket(highWaterMark = 65_536): OpenedWebSocket {
  const socket = new FakeSocket();
  const messages: (string | Buffer)[] = [];
  const batcher = new WriteBatcher();
  let onClose = (_isLost: boolean | undefined): void => undefined;
  const closed = new Promise<boolean | undefined>((resolve) => (onClose = resolve));
  const opened: Transport[] = [];
  const upgrade = createWebSocketUpgrader();
  upgrade({ request: upgradeRequest(), socket, head: Buffer.alloc(0) }, (create) => {
    const transport = create({
      batcher,
      sendLimits: { highWaterMark, maximumBufferSize: 1e6, sendTimeout: 30_000 },
      onTooSlow: () => undefined,
    });
    transport.listen({
      onReceive: (chunk) => messages.push(typeof chunk === 'string' ? chunk : Buffer.from(chunk)),
      onClose: (isLost) => onClose(isLost),
    });
    opened.push(transport);
  });
  return { socket, transport: opened[0] as WebSocketTransport, batcher, messages, closed };
}
