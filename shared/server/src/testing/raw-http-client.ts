import { Agent, type IncomingMessage, request } from 'node:http';
import { RecordInbox } from './record-inbox.ts';

const HANDSHAKE = '{"protocol":"json","version":1}\u001e';

/**
 * The common part of clients without WebSockets: negotiation and POSTs. It is for tests, like
 * {@link RawClient}.
 */
export abstract class RawHttpClient extends RecordInbox {
  readonly agent = new Agent({ keepAlive: true });
  #url = '';
  #sent: Promise<unknown> = Promise.resolve();

  /** Negotiates and opens the transport. */
  async open(url: string): Promise<this> {
    const [path, query] = url.split('?') as [string, string | undefined];
    const rest = query === undefined ? '' : `&${query}`;
    const negotiated = await this.request('POST', `${path}/negotiate?negotiateVersion=1${rest}`);
    const { connectionToken } = JSON.parse(await textOf(negotiated)) as { connectionToken: string };
    this.#url = `${path}?id=${connectionToken}${rest}`;
    await this.start(this.#url);
    return this;
  }

  /** Opens a connection and completes the handshake of the JSON protocol. */
  async connect(url: string): Promise<this> {
    await this.open(url);
    this.send(HANDSHAKE);
    await this.next();
    return this;
  }

  /** Sends a POST after the previous one has completed. */
  send(data: string | Uint8Array): void {
    this.#sent = this.#sent.then(() => this.post(data)).catch(() => this.ended(0));
  }

  /** Sends a POST immediately. Resolves with its status. */
  async post(data: string | Uint8Array): Promise<number> {
    const response = await this.request('POST', this.#url, data);
    await textOf(response);
    return response.statusCode as number;
  }

  /** Stops reading from the server. */
  abstract stopReading(): void;

  close(): void {
    this.ended(0);
    this.agent.destroy();
  }

  async delete(): Promise<number> {
    const response = await this.request('DELETE', this.#url);
    return response.statusCode as number;
  }

  protected abstract start(url: string): Promise<void>;

  protected request(
    method: string,
    url: string,
    body: string | Uint8Array = '',
    headers: Record<string, string> = {},
  ): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const outgoing = request(url, { method, agent: this.agent, headers }, resolve);
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  }
}

/** The Server-Sent Events client. */
export class RawEventsClient extends RawHttpClient {
  #response: IncomingMessage | undefined;

  stopReading(): void {
    this.#response?.pause();
  }

  protected async start(url: string): Promise<void> {
    const response = await this.request('GET', url, '', { accept: 'text/event-stream' });
    this.#response = response;
    let rest = '';
    response.setEncoding('utf8');
    response.on('data', (text: string) => {
      const events = (rest + text).split('\r\n\r\n');
      rest = events.pop() as string;
      for (const event of events) {
        const lines = event.split('\r\n').filter((line) => line.startsWith('data: '));
        this.arrived(lines.map((line) => line.slice('data: '.length)).join('\n'));
      }
    });
    response.on('error', () => undefined);
    response.on('close', () => this.ended(response.complete ? 200 : 0));
  }
}

/** The Long Polling client. */
export class RawPollingClient extends RawHttpClient {
  #stopped = false;

  stopReading(): void {
    this.#stopped = true;
  }

  protected async start(url: string): Promise<void> {
    await textOf(await this.request('GET', url));
    void this.#poll(url).catch(() => this.ended(0));
  }

  async #poll(url: string): Promise<void> {
    while (!this.#stopped && !this.hasEnded) {
      const response = await this.request('GET', url);
      const text = await textOf(response);
      if (response.statusCode === 200) this.arrived(text);
      else this.ended(response.statusCode as number);
    }
  }
}

async function textOf(response: IncomingMessage): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const piece of response) pieces.push(piece as Uint8Array);
  return Buffer.concat(pieces).toString('utf8');
}
