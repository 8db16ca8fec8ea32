import { WebSocket } from 'ws';
import { EventStreamReader } from './event-stream-reader.ts';
import { MessageSplitter, type SplitMessage } from './message-splitter.ts';
import type { RecordedTransport } from './recorded-event.ts';

/** How a connection is opened. */
export interface PlayTarget {
  /** The address of the server, without a path. */
  readonly url: string;
  /** Headers of every request, for example a token. */
  readonly headers: Readonly<Record<string, string>>;
}

/** One connection of a replay. */
export class PlayedConnection {
  /** The messages of the server, in their order. */
  readonly messages: SplitMessage[] = [];
  /** The ids of the invocations of the server, in their order. */
  readonly invocationIds: string[] = [];
  connectionId: string | undefined;
  isClosedByServer = false;
  readonly #target: PlayTarget;
  readonly #onProgress: () => void;
  readonly #aborter = new AbortController();
  readonly #splitter: MessageSplitter;
  #token: string | undefined;
  #isMessagePack = false;
  #address = '';
  #webSocket: WebSocket | undefined;
  #isClosed = false;
  /** The last POST. The next one waits for it, so that messages keep their order. */
  #posted: Promise<unknown> = Promise.resolve();

  /** `onProgress` is called when a message has arrived or the server has closed the connection. */
  constructor(target: PlayTarget, onProgress: () => void) {
    this.#target = target;
    this.#onProgress = onProgress;
    this.#splitter = new MessageSplitter(
      () => this.#isMessagePack,
      (message) => {
        this.messages.push(message);
        this.#onProgress();
      },
    );
  }

  /** Negotiates, and returns the status and the response. */
  async negotiate(path: string, query: string): Promise<{ status: number; response: unknown }> {
    const url = `${this.#target.url}${path.replace(/\/$/, '')}/negotiate?${query}`;
    const answer = await fetch(url, { method: 'POST', headers: this.#target.headers });
    const body = await answer.text();
    try {
      const response = JSON.parse(body) as Readonly<Record<string, unknown>>;
      const { connectionToken, connectionId } = response;
      this.#token = (connectionToken ?? connectionId) as string | undefined;
      this.connectionId = connectionId as string | undefined;
      return { status: answer.status, response };
    } catch {
      return { status: answer.status, response: body };
    }
  }

  /** Opens the transport, and returns the status. */
  async open(transport: RecordedTransport, path: string, query: string): Promise<number> {
    const id = this.#token === undefined ? '' : `id=${encodeURIComponent(this.#token)}`;
    this.#address = `${this.#target.url}${path}?${[query, id].filter((part) => part !== '').join('&')}`;
    if (transport === 'WebSockets') return this.#openWebSocket();
    const isEvents = transport === 'ServerSentEvents';
    const answer = await this.#get(isEvents ? { accept: 'text/event-stream' } : {});
    if (answer.status !== 200) return answer.status;
    void (isEvents ? this.#readEvents(answer) : this.#poll());
    return 200;
  }

  /** Sends a message. `protocol` is the hub protocol, if the message is a handshake. */
  async send(payload: string | Buffer, protocol?: string): Promise<void> {
    if (protocol !== undefined) this.#isMessagePack = protocol === 'messagepack';
    if (this.#webSocket !== undefined) {
      this.#webSocket.send(payload);
      return;
    }
    const { headers } = this.#target;
    const body = typeof payload === 'string' ? payload : new Uint8Array(payload);
    this.#posted = this.#posted.then(() =>
      fetch(this.#address, { method: 'POST', headers, body }).then((answer) => answer.text()),
    );
    await this.#posted.catch(() => undefined);
  }

  /** Closes the transport as a client does. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const webSocket = this.#webSocket;
    if (webSocket !== undefined) {
      if (webSocket.readyState === WebSocket.CLOSED) return;
      const closed = new Promise((resolve) => webSocket.once('close', resolve));
      webSocket.close(1000);
      const timer = setTimeout(() => webSocket.terminate(), 2000);
      await closed;
      clearTimeout(timer);
      return;
    }
    if (this.#address !== '' && !this.isClosedByServer) {
      const { headers } = this.#target;
      const deleted = fetch(this.#address, { method: 'DELETE', headers });
      await deleted.then((answer) => answer.text()).catch(() => undefined);
    }
    this.#aborter.abort();
  }

  #openWebSocket(): Promise<number> {
    const webSocket = new WebSocket(this.#address.replace(/^http/, 'ws'), {
      headers: this.#target.headers,
      perMessageDeflate: false,
    });
    this.#webSocket = webSocket;
    webSocket.on('message', (data: Buffer) => this.#splitter.write(data));
    webSocket.on('close', () => this.#onServerClosed());
    return new Promise((resolve) => {
      webSocket.on('open', () => resolve(101));
      webSocket.on('unexpected-response', (_request, answer) => {
        resolve(answer.statusCode ?? 0);
        webSocket.terminate();
      });
      webSocket.on('error', () => resolve(0));
    });
  }

  #get(headers: Readonly<Record<string, string>>): Promise<Response> {
    return fetch(this.#address, {
      headers: { ...this.#target.headers, ...headers },
      signal: this.#aborter.signal,
    });
  }

  async #readEvents({ body }: Response): Promise<void> {
    const reader = new EventStreamReader((data) => this.#splitter.write(data));
    try {
      for await (const chunk of (body ?? []) as AsyncIterable<Uint8Array>)
        reader.write(Buffer.from(chunk));
    } catch {
      // The replay has closed the connection, or the server has gone.
    }
    this.#onServerClosed();
  }

  async #poll(): Promise<void> {
    try {
      let status = 200;
      while (status === 200 && !this.#isClosed) {
        const answer = await this.#get({});
        ({ status } = answer);
        this.#splitter.write(Buffer.from(await answer.arrayBuffer()));
      }
    } catch {
      // The replay has closed the connection, or the server has gone.
    }
    this.#onServerClosed();
  }

  #onServerClosed(): void {
    if (!this.#isClosed) this.isClosedByServer = true;
    this.#onProgress();
  }
}
