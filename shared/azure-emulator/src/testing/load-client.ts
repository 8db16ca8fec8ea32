import { WebSocket } from 'ws';

const HANDSHAKE = '{"protocol":"json","version":1}\u001e';

/** A client that counts messages and reads only results. */
export class LoadClient {
  readonly #webSocket: WebSocket;
  /** The number of calls from the server. */
  calls = 0;
  #onAnswer: (() => void) | undefined;

  private constructor(webSocket: WebSocket) {
    this.#webSocket = webSocket;
    webSocket.on('message', (data: Buffer) => {
      for (let at = 0; at < data.length; at = data.indexOf(0x1e, at) + 1) {
        const type = data[at + '{"type":'.length]; // The server writes the type first.
        if (type === 0x31) this.calls++;
        else if (type === 0x33) this.#onAnswer?.();
      }
    });
  }

  /** Negotiates, follows the redirect if there is one, and completes the handshake. */
  static async connect(app: string, isDirect: boolean): Promise<LoadClient> {
    let url = `${app}/bench`;
    const headers: Record<string, string> = {};
    if (!isDirect) {
      const response = await fetch(`${app}/bench/negotiate?negotiateVersion=1`, { method: 'POST' });
      const redirect = (await response.json()) as { url: string; accessToken: string };
      url = redirect.url;
      headers['authorization'] = `Bearer ${redirect.accessToken}`;
    }
    const webSocket = new WebSocket(url.replace('http', 'ws'), {
      headers,
      perMessageDeflate: false,
    });
    await new Promise((resolve, reject) => webSocket.once('open', resolve).once('error', reject));
    webSocket.send(HANDSHAKE);
    await new Promise((resolve) => webSocket.once('message', resolve));
    return new LoadClient(webSocket);
  }

  async invoke(target: string, ...args: unknown[]): Promise<void> {
    const answered = new Promise<void>((resolve) => (this.#onAnswer = resolve));
    this.#webSocket.send(
      `${JSON.stringify({ type: 1, invocationId: '1', target, arguments: args })}\u001e`,
    );
    await answered;
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#webSocket.once('close', resolve));
    this.#webSocket.close();
    await closed;
  }
}
