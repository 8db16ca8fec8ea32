import { WebSocket } from 'ws';
import { EventStreamReader } from '../event-stream-reader.ts';
import { MessageSplitter, type SplitMessage } from '../message-splitter.ts';
import { isOpened, type RecordedTransport } from '../recorded-event.ts';
import { PlayRequests, type PlayTarget } from './play-target.ts';

/** Called for what happens on a connection of a replay. */
export interface PlayedEvents {
  /** The server has sent a message. */
  onMessage(message: SplitMessage): void;
  /** The server has closed the connection. */
  onClosed(): void;
}

/** The response to a request of a replay. `status` is a text if there was none. */
export interface PlayedResponse {
  readonly status: number | string;
  readonly response: unknown;
}

/** How long a server may take to close a WebSocket, in ms. */
const CLOSE_TIMEOUT = 2000;

/** One connection of a replay. */
export class PlayedConnection {
  connectionId: string | undefined;
  isClosedByServer = false;
  isMessagePack = false;
  readonly #target: PlayTarget;
  readonly #requests: PlayRequests;
  readonly #events: PlayedEvents;
  readonly #aborter = new AbortController();
  readonly #splitter: MessageSplitter;
  #token: string | undefined;
  #address = '';
  #webSocket: WebSocket | undefined;
  #isOpen = false;
  #isClosed = false;
  /** The last POST. The next one waits for it, so that messages keep their order. */
  #posted: Promise<unknown> = Promise.resolve();

  constructor(target: PlayTarget, events: PlayedEvents) {
    this.#target = target;
    this.#requests = new PlayRequests(target);
    this.#events = events;
    this.#splitter = new MessageSplitter(
      () => this.isMessagePack,
      (message) => events.onMessage(message),
    );
  }

  /** Negotiates, and returns the status and the response. */
  async negotiate(path: string, query: string): Promise<PlayedResponse> {
    const url = this.#requests.urlOf(`${path.replace(/\/$/, '')}/negotiate`, query);
    let status: number;
    let body: string;
    try {
      [status, body] = await this.#requests.send('POST', url);
    } catch (error) {
      return { status: describeFailure(error), response: undefined };
    }
    try {
      const response = JSON.parse(body) as Readonly<Record<string, unknown>>;
      const { connectionToken, connectionId } = response;
      this.#token = (connectionToken ?? connectionId) as string | undefined;
      this.connectionId = connectionId as string | undefined;
      return { status, response };
    } catch {
      return { status, response: body };
    }
  }

  /** Opens the transport, and returns the status, or a text if there is no response. */
  async open(transport: RecordedTransport, path: string, query: string): Promise<number | string> {
    const id = this.#token === undefined ? '' : `id=${encodeURIComponent(this.#token)}`;
    this.#address = this.#requests.urlOf(path, query, id);
    try {
      const isWebSocket = transport === 'WebSockets';
      const status = await (isWebSocket ? this.#openWebSocket() : this.#openHttp(transport));
      this.#isOpen = isOpened(transport, status);
      return status;
    } catch (error) {
      return describeFailure(error);
    }
  }

  /** Sends a message, unless the connection is closed. */
  async send(payload: string | Buffer): Promise<void> {
    if (!this.#isOpen || this.#isClosed) return;
    if (this.#webSocket !== undefined) {
      this.#webSocket.send(payload);
      return;
    }
    const body = typeof payload === 'string' ? payload : new Uint8Array(payload);
    this.#posted = this.#posted.then(() => this.#requests.send('POST', this.#address, body));
    // After a POST that fails, the server would miss a message, so no others follow.
    await this.#posted.catch(() => {
      this.#isOpen = false;
    });
  }

  /** Closes the transport as a client does. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const webSocket = this.#webSocket;
    if (webSocket !== undefined) {
      await closeWebSocket(webSocket);
      return;
    }
    if (this.#isOpen && !this.isClosedByServer)
      await this.#requests.send('DELETE', this.#address).catch(() => undefined);
    this.#aborter.abort();
  }

  #openWebSocket(): Promise<number> {
    const webSocket = new WebSocket(this.#address.replace(/^http/, 'ws'), {
      headers: this.#requests.headers,
      handshakeTimeout: this.#target.timeout,
      perMessageDeflate: false,
    });
    this.#webSocket = webSocket;
    webSocket.on('message', (data: Buffer) => this.#splitter.write(data));
    webSocket.on('close', () => {
      // After a WebSocket that was refused, a client may open another transport.
      if (this.#webSocket === webSocket) this.#onServerClosed();
    });
    return new Promise((resolve, reject) => {
      webSocket.on('open', () => resolve(101));
      webSocket.on('unexpected-response', (_request, answer) => {
        this.#webSocket = undefined;
        resolve(answer.statusCode ?? 0);
        webSocket.terminate();
      });
      webSocket.on('error', reject);
    });
  }

  async #openHttp(transport: RecordedTransport): Promise<number> {
    const isEvents = transport === 'ServerSentEvents';
    const answer = await this.#get(isEvents, false);
    if (answer.status !== 200) await answer.body?.cancel();
    else void (isEvents ? this.#readEvents(answer) : this.#poll(answer));
    return answer.status;
  }

  #get(isEvents: boolean, canWait: boolean): Promise<Response> {
    const accept = isEvents ? 'text/event-stream' : '*/*';
    return this.#requests.get(this.#address, accept, this.#aborter.signal, canWait);
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

  /** Reads the response to a poll, and polls until the server closes the connection. */
  async #poll(first: Response): Promise<void> {
    try {
      let answer = first;
      while (answer.status === 200) {
        this.#splitter.write(Buffer.from(await answer.arrayBuffer()));
        if (this.#isClosed) break;
        answer = await this.#get(false, true);
      }
      await answer.body?.cancel();
    } catch {
      // The replay has closed the connection, or the server has gone.
    }
    this.#onServerClosed();
  }

  #onServerClosed(): void {
    if (this.#isOpen && !this.#isClosed) this.isClosedByServer = true;
    this.#events.onClosed();
  }
}

async function closeWebSocket(webSocket: WebSocket): Promise<void> {
  if (webSocket.readyState === WebSocket.CLOSED) return;
  const closed = new Promise((resolve) => webSocket.once('close', resolve));
  webSocket.close(1000);
  const timer = setTimeout(() => webSocket.terminate(), CLOSE_TIMEOUT);
  await closed;
  clearTimeout(timer);
}

/** Returns why there is no response. */
function describeFailure(error: unknown): string {
  const { name, message, cause } = error as Error;
  if (name === 'TimeoutError' || /timeout|timed out/.test(message)) return 'no response in time';
  const { code, message: reason } = (cause ?? error) as NodeJS.ErrnoException;
  return `no response: ${code ?? reason ?? message}`;
}
