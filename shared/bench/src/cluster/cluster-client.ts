import { once } from 'node:events';
import { WebSocket } from 'ws';

const SEPARATOR = '\u001e';

interface HubMessage {
  readonly type?: number;
  readonly result?: unknown;
}

/** A minimal client of the hub, so that the load costs little CPU time. */
export class ClusterClient {
  readonly #socket: WebSocket;
  #onResult: (result: unknown) => void = () => undefined;
  /** The number of broadcasts that have arrived. */
  broadcasts = 0;
  onBroadcast: () => void = () => undefined;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (data: Buffer) => {
      for (const text of data.toString().split(SEPARATOR).slice(0, -1))
        this.#receive(JSON.parse(text) as HubMessage);
    });
  }

  static async connect(url: string): Promise<ClusterClient> {
    const socket = new WebSocket(url);
    await once(socket, 'open');
    socket.send(`{"protocol":"json","version":1}${SEPARATOR}`);
    await once(socket, 'message');
    return new ClusterClient(socket);
  }

  /** Calls a method, one call at a time. */
  async call(target: string, ...args: unknown[]): Promise<unknown> {
    const result = new Promise((resolve) => {
      this.#onResult = resolve;
    });
    const invocation = { type: 1, invocationId: '1', target, arguments: args };
    this.#socket.send(JSON.stringify(invocation) + SEPARATOR);
    return result;
  }

  close(): void {
    this.#socket.terminate();
  }

  #receive({ type, result }: HubMessage): void {
    if (type === 3) this.#onResult(result);
    if (type !== 1) return;
    this.broadcasts += 1;
    this.onBroadcast();
  }
}
