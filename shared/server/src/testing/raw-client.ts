import { WebSocket } from 'ws';
import { RecordInbox } from './record-inbox.ts';

const HANDSHAKE = '{"protocol":"json","version":1}\u001e';

/**
 * A WebSocket client that sends and receives unchanged data. It is for tests of requests that the
 * official client never sends.
 */
export class RawClient extends RecordInbox {
  readonly webSocket: WebSocket;

  private constructor(webSocket: WebSocket) {
    super();
    this.webSocket = webSocket;
    webSocket.on('message', (data: Buffer) => this.arrived(data.toString('utf8')));
    webSocket.on('error', () => undefined);
    webSocket.on('close', (code) => this.ended(code));
  }

  /**
   * Opens a WebSocket without negotiation. Rejects with the HTTP status if the server refuses it.
   */
  static async open(url: string, headers: Record<string, string> = {}): Promise<RawClient> {
    const webSocket = new WebSocket(url.replace(/^http/, 'ws'), {
      headers,
      perMessageDeflate: false,
    });
    const client = new RawClient(webSocket);
    await new Promise<void>((resolve, reject) => {
      webSocket.on('open', resolve);
      webSocket.on('unexpected-response', (_request, response) =>
        reject(new Error(`status ${response.statusCode}`)),
      );
      webSocket.on('error', reject);
    });
    return client;
  }

  /** Opens a connection and completes the handshake of the JSON protocol. */
  static async connect(url: string, headers: Record<string, string> = {}): Promise<RawClient> {
    const client = await RawClient.open(url, headers);
    client.send(HANDSHAKE);
    await client.next();
    return client;
  }

  send(data: string | Uint8Array): void {
    this.webSocket.send(data);
  }

  /** Stops reading from the socket. */
  stopReading(): void {
    (this.webSocket as unknown as { _socket: { pause(): void } })._socket.pause();
  }

  close(): void {
    this.webSocket.terminate();
  }
}
