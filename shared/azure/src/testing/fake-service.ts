import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import {
  FrameReader,
  type MessageOf,
  readServiceMessage,
  type ServiceMessage,
  ServiceMessageType as Type,
  writeServiceMessage,
} from '../service-protocol/index.ts';

/**
 * The service's end of one server connection. It records what it receives, and sends what a test
 * requests.
 */
export class FakeServerConnection {
  readonly request: IncomingMessage;
  readonly received: ServiceMessage[] = [];
  /** The number of WebSocket messages received, including the handshake. */
  writes = 0;
  /** Whether it acknowledges the messages that require it. */
  acknowledges = true;
  readonly #webSocket: WebSocket;
  readonly #frames = new FrameReader();

  constructor(webSocket: WebSocket, request: IncomingMessage) {
    this.request = request;
    this.#webSocket = webSocket;
    webSocket.on('message', (data: Buffer) => {
      this.writes++;
      this.#frames.read(data, (frame) => this.#take(readServiceMessage(frame) as ServiceMessage));
    });
  }

  /** Returns a parameter of the URL. Null if it is missing. */
  query(name: string): string | null {
    return new URL(this.request.url ?? '/', 'http://localhost').searchParams.get(name);
  }

  get isOpen(): boolean {
    return this.#webSocket.readyState === this.#webSocket.OPEN;
  }

  of<TType extends ServiceMessage['type']>(type: TType): MessageOf<TType>[] {
    return this.received.filter(
      (message) => message.type === type,
    ) as unknown as MessageOf<TType>[];
  }

  send(...messages: ServiceMessage[]): void {
    this.sendBytes(Buffer.concat(messages.map(writeServiceMessage)));
  }

  sendBytes(bytes: Uint8Array): void {
    this.#webSocket.send(bytes);
  }

  /**
   * Announces a client and sends its handshake request. The protocol is that of `more.ext`, by
   * default JSON.
   */
  open(connectionId: string, more: Partial<MessageOf<4>> = {}): void {
    const protocol = more.ext?.protocol ?? 'json';
    this.send(
      {
        type: Type.OpenConnection,
        connectionId,
        claims: [],
        headers: new Map(),
        queryString: '?asrs.op=%2Fchat',
        ext: { protocol },
        ...more,
      },
      {
        type: Type.ConnectionData,
        connectionId,
        payload: `{"protocol":"${protocol}","version":1}\u001e`,
      },
    );
  }

  /** Returns all text that was sent to this client only. */
  textFor(connectionId: string): string {
    const own = this.of(Type.ConnectionData).filter(
      (message) => message.connectionId === connectionId,
    );
    return own.map(({ payload }) => Buffer.from(payload as Uint8Array).toString('utf8')).join('');
  }

  /** Stops reading, or continues if `isStopped` is false. */
  stopReading(isStopped: boolean): void {
    if (isStopped) this.#webSocket.pause();
    else this.#webSocket.resume();
  }

  drop(): void {
    this.#webSocket.terminate();
  }

  #take(message: ServiceMessage): void {
    this.received.push(message);
    if (message.type === Type.HandshakeRequest) {
      this.send({
        type: Type.HandshakeResponse,
        errorMessage: '',
        connectionId: this.query('cid'),
      });
    }
    const ackId = 'ackId' in message && message.type !== Type.Ack ? message.ackId : undefined;
    if (ackId !== undefined && this.acknowledges)
      this.send({ type: Type.Ack, ackId, status: 1, message: '' });
  }
}

/**
 * A service in this process, for tests. It accepts server connections and records their messages.
 */
export interface FakeService {
  readonly url: string;
  readonly connectionString: string;
  /** All server connections in the order of their arrival, including closed ones. */
  readonly connections: FakeServerConnection[];
  /** The status of the response to new server connections. 101 accepts them. */
  status: number;
  /** The time at which the service checks tokens. */
  date: Date;
  close(): Promise<void>;
}

/** Starts a fake service. `answer` handles the requests that do not open a server connection. */
export async function startFakeService(
  answer: RequestListener = () => undefined,
): Promise<FakeService> {
  const server = createServer(answer);
  const webSockets = new WebSocketServer({ noServer: true });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const service: FakeService = {
    url: `http://127.0.0.1:${port}`,
    connectionString: `Endpoint=http://127.0.0.1;Port=${port};AccessKey=a-key-for-tests;Version=1.0;`,
    connections: [],
    status: 101,
    date: new Date(),
    async close() {
      for (const webSocket of webSockets.clients) webSocket.terminate();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => undefined); // who is refused may hang up
    if (service.status !== 101) {
      socket.end(
        `HTTP/1.1 ${service.status} Refused\r\nDate: ${service.date.toUTCString()}\r\n\r\n`,
      );
      return;
    }
    webSockets.handleUpgrade(request, socket, head, (webSocket) =>
      service.connections.push(new FakeServerConnection(webSocket, request)),
    );
  });
  return service;
}
