/** The headers that a client of these attacks sends with each request. */
export type RequestHeaders = Readonly<Record<string, string>>;

/** A client over Long Polling that sends any bytes. */
export class PollingClient {
  readonly #url: string;
  readonly #headers: RequestHeaders;

  private constructor(url: string, headers: RequestHeaders) {
    this.#url = url;
    this.#headers = headers;
  }

  /** Negotiates, opens the connection and sends a handshake for a hub protocol. */
  static async connect(
    url: string,
    protocol: 'json' | 'messagepack' = 'json',
    headers: RequestHeaders = {},
  ): Promise<PollingClient> {
    const [path = '', query = ''] = url.split('?');
    const token = await negotiate(`${path}/negotiate?negotiateVersion=1&${query}`, headers);
    const client = new PollingClient(`${path}?id=${token}&${query}`, headers);
    await client.poll();
    await client.send(`{"protocol":"${protocol}","version":1}\u001e`);
    await client.poll();
    return client;
  }

  async send(body: string | Uint8Array<ArrayBuffer>): Promise<number> {
    const response = await fetch(this.#url, { method: 'POST', body, headers: this.#headers });
    await response.arrayBuffer();
    return response.status;
  }

  /** Returns what the server sends next. */
  async poll(): Promise<Buffer> {
    const response = await fetch(this.#url, { headers: this.#headers });
    return Buffer.from(await response.arrayBuffer());
  }

  async close(): Promise<void> {
    const response = await fetch(this.#url, { method: 'DELETE', headers: this.#headers });
    await response.arrayBuffer();
  }
}

/** Negotiates, and returns the connection token. */
export async function negotiate(url: string, headers: RequestHeaders = {}): Promise<string> {
  const response = await fetch(url, { method: 'POST', headers });
  const { connectionToken } = (await response.json()) as { connectionToken: string };
  return connectionToken;
}
