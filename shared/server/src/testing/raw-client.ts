import { WebSocket } from 'ws';

/** A WebSocket that shows what the server really sends; for tests of what no well-behaved client does. */
export class RawClient {
  readonly webSocket: WebSocket;
  readonly #records: string[] = [];
  readonly #waiting: (() => void)[] = [];
  #text = '';
  #closed: { code: number; reason: string } | undefined;

  private constructor(webSocket: WebSocket) {
    this.webSocket = webSocket;
    webSocket.on('message', (data: Buffer) => {
      const records = (this.#text + data.toString('utf8')).split('\u001e');
      this.#text = records.pop() as string;
      this.#records.push(...records);
      this.#wake();
    });
    webSocket.on('error', () => undefined);
    webSocket.on('close', (code, reason) => {
      this.#closed = { code, reason: reason.toString() };
      this.#wake();
    });
  }

  /** Opens without negotiation. Rejects with the HTTP status when the server refuses. */
  static async open(url: string, headers: Record<string, string> = {}): Promise<RawClient> {
    const webSocket = new WebSocket(url.replace(/^http/, 'ws'), { headers, perMessageDeflate: false });
    const client = new RawClient(webSocket);
    await new Promise<void>((resolve, reject) => {
      webSocket.on('open', resolve);
      webSocket.on('unexpected-response', (_request, response) => reject(new Error(`status ${response.statusCode}`)));
      webSocket.on('error', reject);
    });
    return client;
  }

  /** Opens and shakes hands in JSON. */
  static async connect(url: string): Promise<RawClient> {
    const client = await RawClient.open(url);
    client.send('{"protocol":"json","version":1}\u001e');
    await client.next();
    return client;
  }

  send(data: string | Uint8Array): void {
    this.webSocket.send(data);
  }

  /** The next record, without pings; undefined when the connection has ended. */
  async next(): Promise<string | undefined> {
    for (;;) {
      const record = this.#records.shift();
      if (record === undefined && this.#closed !== undefined) return undefined;
      if (record !== undefined && record !== '{"type":6}') return record;
      if (record === undefined) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  /** All records up to the end, and how it ended. */
  async end(): Promise<{ records: string[]; code: number }> {
    const records: string[] = [];
    for (let record = await this.next(); record !== undefined; record = await this.next()) records.push(record);
    return { records, code: this.#closed?.code ?? 0 };
  }

  close(): void {
    this.webSocket.terminate();
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
