import {
  HttpTransportType,
  type HubConnection,
  HubConnectionBuilder,
  LogLevel,
} from '@microsoft/signalr';

/** How a client of the fault tests connects. */
export interface FaultClientOptions {
  readonly isStateful?: boolean;
  /** The timeout after which the client takes a silent server for lost, in ms. Default: 30,000. */
  readonly serverTimeout?: number;
  /** The interval of the client's pings, in ms. Default: 15,000. */
  readonly pingInterval?: number;
  /**
   * Whether the client only opens WebSockets. Otherwise, it may send the next negotiation over a
   * dead HTTP connection that it has kept, and wait for its own timeout. Default: false.
   */
  readonly skipNegotiation?: boolean;
}

/** An official client that reconnects, and what it has noticed. */
export class FaultClient {
  readonly received: number[] = [];
  reconnecting = 0;
  reconnected = 0;
  readonly #connection: HubConnection;

  private constructor(connection: HubConnection) {
    this.#connection = connection;
    connection.on('n', (n: number) => this.received.push(n));
    connection.onreconnecting(() => this.reconnecting++);
    connection.onreconnected(() => this.reconnected++);
  }

  static async connect(port: number, options: FaultClientOptions = {}): Promise<FaultClient> {
    const builder = new HubConnectionBuilder()
      .withUrl(`http://127.0.0.1:${port}/hub`, {
        transport: HttpTransportType.WebSockets,
        skipNegotiation: options.skipNegotiation === true,
      })
      .withAutomaticReconnect(Array<number>(10_000).fill(20))
      .withServerTimeout(options.serverTimeout ?? 30_000)
      .withKeepAliveInterval(options.pingInterval ?? 15_000)
      .configureLogging(LogLevel.None);
    if (options.isStateful === true) builder.withStatefulReconnect();
    const client = new FaultClient(builder.build());
    await client.#connection.start();
    return client;
  }

  /** Returns the connection id. A client that does not negotiate does not know it itself. */
  readId(): Promise<string> {
    return this.invoke<string>('id');
  }

  get isConnected(): boolean {
    return this.#connection.state === 'Connected';
  }

  invoke<T>(method: string, ...args: unknown[]): Promise<T> {
    return this.#connection.invoke<T>(method, ...args);
  }

  /**
   * Sends a ping, and waits until the server has read it. The server takes a silent client for lost
   * only after its first ping.
   */
  async ping(): Promise<void> {
    // The official client has no public method for this.
    const { connection } = this.#connection as unknown as {
      readonly connection: { send(data: string): Promise<void> };
    };
    await connection.send('{"type":6}\u001e');
    await this.readId();
  }

  async close(): Promise<void> {
    await this.#connection.stop();
  }
}
