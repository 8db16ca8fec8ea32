import http, { type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import WebSocket from 'ws';
import type { Headers } from '../case.ts';
import type { Protocol } from '../messages/trees.ts';
import { RECORD_SEPARATOR } from '../messages/write-record.ts';
import { Inbox } from './inbox.ts';

/** The headers that are compared. They are the same as those of the recordings. */
const COMPARED_HEADERS = [
  'content-type',
  'cache-control',
  'pragma',
  'expires',
  'www-authenticate',
  'location',
  'content-encoding',
  'allow',
  'sec-websocket-protocol',
  'access-control-allow-origin',
  'vary',
  'access-control-allow-credentials',
  'access-control-allow-headers',
  'access-control-allow-methods',
];
const REQUEST_TIMEOUT = 20_000;
const CONNECT_TIMEOUT = 5000;
/**
 * A server that refuses a frame closes and cuts the connection. Which of the two is seen first
 * depends on timing.
 */
const ABNORMAL = new Set([1006, 1007]);

export interface Response {
  readonly status?: number;
  readonly headers: Headers;
  readonly body: Buffer;
  /** The code of the error if there is no response. */
  readonly error?: string;
}

export interface Request {
  readonly method: string;
  readonly path: string;
  readonly headers?: Headers;
  readonly body?: Buffer | undefined;
}

export interface PendingRequest {
  readonly response: Promise<Response>;
  readonly abort: () => void;
}

export interface Socket {
  readonly inbox: Inbox;
  readonly webSocket: WebSocket;
}

/** A connection whose handshake has succeeded, or a description of the failure. */
export type Connection =
  | (Socket & { readonly id: string; readonly token: string })
  | { readonly failure: string };

function selectHeaders(headers: IncomingHttpHeaders): Headers {
  const entries = COMPARED_HEADERS.map((name) => [name, headers[name]] as const);
  return Object.fromEntries(
    entries
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [name, String(value)]),
  );
}

const empty = (headers: Headers = {}): { headers: Headers; body: Buffer } => ({
  headers,
  body: Buffer.alloc(0),
});
const describeError = (error: unknown): string => {
  const { code, message } = error as NodeJS.ErrnoException;
  return code ?? message;
};

async function readBody(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of message) chunks.push(chunk as Buffer);
  } catch {
    // What arrived before the cut is compared.
  }
  return Buffer.concat(chunks);
}

/** Requests and connections to one of the two servers. */
export class RemoteServer {
  readonly url: URL;
  readonly #agent = new http.Agent({ keepAlive: true, maxSockets: 256 });

  constructor(url: string) {
    this.url = new URL(url);
  }

  close(): void {
    this.#agent.destroy();
  }

  /** Sends a request. `onStream` receives a response with status 200 while it is still open. */
  send(request: Request, onStream?: (message: IncomingMessage) => void): PendingRequest {
    const controller = new AbortController();
    const response = new Promise<Response>((resolve) => {
      const fail = (error: unknown): void => resolve({ ...empty(), error: describeError(error) });
      try {
        this.#start(request, controller.signal, resolve, onStream).on('error', fail);
      } catch (error) {
        fail(error);
      }
    });
    return { response, abort: () => controller.abort() };
  }

  #start(
    { method, path, headers = {}, body }: Request,
    signal: AbortSignal,
    resolve: (response: Response) => void,
    onStream: ((message: IncomingMessage) => void) | undefined,
  ): http.ClientRequest {
    const hasBody = body !== undefined || ['POST', 'PUT', 'PATCH'].includes(method);
    const length: Headers = hasBody ? { 'content-length': String(body?.length ?? 0) } : {};
    const { hostname, port } = this.url;
    const agent = onStream === undefined ? this.#agent : false;
    const options = {
      hostname,
      port,
      path,
      method,
      agent,
      signal,
      headers: { ...length, ...headers },
    };
    const request = http.request(options);
    if (onStream === undefined) request.setTimeout(REQUEST_TIMEOUT, () => request.destroy());
    request.on('response', (message) => {
      const start = { status: message.statusCode ?? 0, headers: selectHeaders(message.headers) };
      if (onStream !== undefined && start.status === 200) {
        onStream(message);
        resolve({ ...start, body: Buffer.alloc(0) });
      } else void readBody(message).then((content) => resolve({ ...start, body: content }));
    });
    return request.end(body);
  }

  openSocket(
    path: string,
    options: {
      readonly headers?: Headers;
      readonly protocol?: Protocol | undefined;
      readonly subprotocols?: readonly string[];
      readonly hasHandshake?: boolean;
    } = {},
  ): Socket & { readonly opened: Promise<Response> } {
    const { headers = {}, subprotocols = [], hasHandshake = true } = options;
    const inbox = new Inbox(options.protocol ?? 'json', hasHandshake);
    const settings = { headers, perMessageDeflate: false, handshakeTimeout: CONNECT_TIMEOUT };
    const url = `ws://${this.url.host}${path}`;
    const webSocket = new WebSocket(url, [...subprotocols], settings);
    webSocket.on('message', (data) => inbox.receive(data as Buffer));
    webSocket.on('close', (code, reason) =>
      inbox.close(
        `closed ${ABNORMAL.has(code) ? 'abnormally' : code} ${JSON.stringify(String(reason))}`,
      ),
    );
    const opened = new Promise<Response>((resolve) => {
      webSocket.on('open', () => {
        const { protocol } = webSocket;
        resolve({
          status: 101,
          ...empty(protocol === '' ? {} : { 'sec-websocket-protocol': protocol }),
        });
      });
      webSocket.on('unexpected-response', (_request, message) => {
        const start = { status: message.statusCode ?? 0, headers: selectHeaders(message.headers) };
        void readBody(message).then((body) => {
          resolve({ ...start, body });
          webSocket.terminate();
        });
      });
      webSocket.on('error', (error) => resolve({ ...empty(), error: describeError(error) }));
    });
    return { inbox, webSocket, opened };
  }

  /**
   * Opens an event stream. How many messages share an event depends on timing, so events are
   * joined.
   */
  openEvents(
    path: string,
    headers: Headers = {},
  ): { inbox: Inbox; opened: Promise<Response>; readonly abort: () => void } {
    const inbox = new Inbox('json');
    const accept = { accept: 'text/event-stream', ...headers };
    let rest = '';
    const { response, abort } = this.send({ method: 'GET', path, headers: accept }, (message) => {
      message.on('data', (data: Buffer) => {
        const events = (rest + data.toString('utf8')).split('\r\n\r\n');
        rest = events.pop() ?? '';
        for (const event of events) {
          const content = /^(?::\r\n)?data: ([^\r\n]*)$/.exec(event)?.[1];
          if (content === undefined)
            inbox.messages.push({ text: `event ${JSON.stringify(event)}` });
          else inbox.receive(Buffer.from(content));
        }
      });
      message.on('end', () => inbox.close('event stream ended'));
      message.on('error', () => inbox.close('event stream cut'));
    });
    return { inbox, opened: response, abort };
  }

  /** Negotiates, opens a WebSocket and makes the handshake. */
  async connect(options: {
    readonly hub: string;
    readonly protocol: Protocol;
    readonly query: string;
    readonly headers: Headers;
  }): Promise<Connection> {
    const { hub, protocol, query, headers } = options;
    const rest = query === '' ? '' : `&${query}`;
    const path = `${hub}/negotiate?negotiateVersion=1${rest}`;
    const { status, error, body } = await this.send({ method: 'POST', path, headers }).response;
    if (status !== 200) return { failure: `negotiate ${status ?? error}` };
    const ids = JSON.parse(body.toString()) as { connectionId: string; connectionToken: string };
    const socketPath = `${hub}?id=${encodeURIComponent(ids.connectionToken)}${rest}`;
    const { inbox, webSocket, opened } = this.openSocket(socketPath, { headers, protocol });
    const response = await opened;
    if (response.status !== 101)
      return { failure: `websocket ${response.status ?? response.error}` };
    const hello = `${JSON.stringify({ protocol, version: 1 })}${RECORD_SEPARATOR}`;
    webSocket.send(hello, { binary: protocol !== 'json' });
    await inbox.until(() => inbox.messages.length > 0, CONNECT_TIMEOUT);
    const answer = inbox.messages.shift();
    if (answer?.text === '{}')
      return { inbox, webSocket, id: ids.connectionId, token: ids.connectionToken };
    webSocket.terminate();
    return { failure: `handshake ${answer?.text ?? 'without an answer'}` };
  }
}
