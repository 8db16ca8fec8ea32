import {
  DefaultHttpClient,
  type HttpRequest,
  type HttpResponse,
  HttpTransportType,
  type HubConnection,
  HubConnectionBuilder,
  type HubMessageBase,
  LogLevel,
  MessageType,
  NullLogger,
  Subject,
} from '@microsoft/signalr';
import { MessagePackHubProtocol } from '@microsoft/signalr-protocol-msgpack';
import { Gate } from '@practical-signalr/server/scale-out';
import { FaultProxy } from '../proxy/fault-proxy.ts';
import type { ClientKind } from './model.ts';

/**
 * Sends the client through its own proxy also if negotiation redirects it. If a request fails, its
 * error names the reason, which `fetch` only gives as a cause.
 */
class RedirectedHttpClient extends DefaultHttpClient {
  readonly #proxyTo: (port: number) => Promise<FaultProxy>;

  constructor(proxyTo: (port: number) => Promise<FaultProxy>) {
    super(NullLogger.instance);
    this.#proxyTo = proxyTo;
  }

  override async send(request: HttpRequest): Promise<HttpResponse> {
    const response = await super.send(request).catch((error: Error) => {
      if (!(error.cause instanceof Error)) throw error;
      throw new Error(`${error.message}: ${error.cause.message}`, { cause: error });
    });
    const { content } = response;
    if (typeof content !== 'string' || !content.includes('"accessToken"')) return response;
    const redirect = JSON.parse(content) as { url: string };
    const url = new URL(redirect.url);
    url.port = `${(await this.#proxyTo(Number(url.port))).port}`;
    const { statusCode, statusText = '' } = response;
    const changed = JSON.stringify({ ...redirect, url: url.href });
    return { statusCode, statusText, content: changed };
  }
}

/**
 * Ignores that the parts of an upload cannot be sent because the connection is lost. The official
 * client does not handle these errors, which would end the process.
 */
function ignoreLostUploads(connection: HubConnection): void {
  const client = connection as unknown as {
    _sendWithProtocol(message: HubMessageBase): Promise<void>;
  };
  const send = client._sendWithProtocol.bind(client);
  const uploadParts: readonly MessageType[] = [MessageType.StreamItem, MessageType.Completion];
  client._sendWithProtocol = (message) => {
    const sent = send(message);
    return uploadParts.includes(message.type) ? sent.catch(() => undefined) : sent;
  };
}

/** Rejects if the promise does not settle in time, with what did not happen. */
async function within<T>(limit: number, promise: Promise<T>, what: () => string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`${what()} (${limit} ms)`)), limit);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** An official client behind its own proxy, and what it has received. */
export class ModelClient {
  /** What the current connection has received. */
  received: string[] = [];
  /** What the previous connection had received. */
  receivedBefore: string[] = [];
  /** The number of connections that the client has lost. */
  lost = 0;
  readonly #connection: HubConnection;
  readonly #proxies: FaultProxy[];
  readonly #hangLimit: number;
  readonly #changed = new Gate();

  private constructor(connection: HubConnection, proxies: FaultProxy[], hangLimit: number) {
    this.#connection = connection;
    this.#proxies = proxies;
    this.#hangLimit = hangLimit;
    ignoreLostUploads(connection);
    connection.on('m', (text: string) => {
      this.received.push(text);
      this.#changed.open();
    });
    connection.on('answer', () => connection.connectionId);
    let isReconnecting = false;
    connection.onreconnecting(() => {
      isReconnecting = true;
      this.#onLost();
    });
    connection.onreconnected(() => {
      isReconnecting = false;
      this.#changed.open();
    });
    connection.onclose(() => {
      if (!isReconnecting) this.#onLost();
      this.#changed.open();
    });
  }

  /** Connects a client. An event that does not occur within `hangLimit` (ms) is an error. */
  static async connect(
    port: number,
    kind: ClientKind,
    user: string,
    hangLimit: number,
  ): Promise<ModelClient> {
    const proxies: FaultProxy[] = [];
    const proxyTo = async (target: number): Promise<FaultProxy> => {
      const proxy = await FaultProxy.start(target);
      proxies.push(proxy);
      return proxy;
    };
    const proxy = await proxyTo(port);
    const builder = new HubConnectionBuilder()
      .withUrl(`http://127.0.0.1:${proxy.port}/hub?user=${user}`, {
        transport: HttpTransportType[kind.transport],
        httpClient: new RedirectedHttpClient(proxyTo),
      })
      .configureLogging(LogLevel.None);
    if (kind.protocol === 'messagepack') builder.withHubProtocol(new MessagePackHubProtocol());
    if (kind.isStateful) builder.withStatefulReconnect();
    if (kind.reconnects) builder.withAutomaticReconnect(Array<number>(2000).fill(20));
    const client = new ModelClient(builder.build(), proxies, hangLimit);
    try {
      await client.#connection.start();
    } catch (error) {
      await client.close();
      throw error;
    }
    return client;
  }

  get id(): string {
    return String(this.#connection.connectionId);
  }

  /** The port of the server with which the client negotiates. */
  get port(): number | undefined {
    return this.#proxies[0]?.target;
  }

  set port(port: number | undefined) {
    const [proxy] = this.#proxies;
    if (proxy !== undefined) proxy.target = port;
  }

  invoke<T>(method: string, ...args: unknown[]): Promise<T> {
    const result = this.#connection.invoke<T>(method, ...args);
    return within(this.#hangLimit, result, () => `'${method}' was not answered`);
  }

  /** Returns the items of a stream, or rejects with its error. */
  stream(method: string, ...args: unknown[]): Promise<unknown[]> {
    const items: unknown[] = [];
    return new Promise((resolve, reject) => {
      this.#connection.stream(method, ...args).subscribe({
        next: (item) => items.push(item),
        complete: () => resolve(items),
        error: reject,
      });
    });
  }

  /** Uploads the items to a method, and returns its result. */
  upload<T>(method: string, items: readonly unknown[]): Promise<T> {
    const subject = new Subject<unknown>();
    const result = this.#connection.invoke<T>(method, subject);
    for (const item of items) subject.next(item);
    subject.complete();
    return result;
  }

  /** Breaks all sockets of the client. */
  drop(): void {
    for (const proxy of this.#proxies) proxy.reset();
  }

  /** Waits until the connection is lost, and a new one is open if the client reconnects. */
  async untilReplaced(lost: number, reconnects: boolean): Promise<void> {
    const isReplaced = (): boolean =>
      this.lost > lost && this.#connection.state === (reconnects ? 'Connected' : 'Disconnected');
    await this.#until(isReplaced, () => `the client stays '${this.#connection.state}'`);
  }

  /** Waits until nothing is missing. */
  async untilReceived(missing: (received: readonly string[]) => readonly string[]): Promise<void> {
    await this.#until(
      () => missing(this.received).length === 0,
      () => `did not receive '${missing(this.received).join("', '")}'`,
    );
  }

  async close(): Promise<void> {
    const stopped = this.#connection.stop();
    await within(this.#hangLimit, stopped, () => 'the client did not stop');
    await Promise.all(this.#proxies.map((proxy) => proxy.close()));
  }

  async #until(isTrue: () => boolean, what: () => string): Promise<void> {
    const waiting = (async () => {
      while (!isTrue()) await this.#changed.wait();
    })();
    await within(this.#hangLimit, waiting, what);
  }

  #onLost(): void {
    this.lost++;
    this.receivedBefore = this.received;
    this.received = [];
    this.#changed.open();
  }
}
