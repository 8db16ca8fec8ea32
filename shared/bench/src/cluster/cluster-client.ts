import { once } from 'node:events';
import { WebSocket } from 'ws';
import { errorTexts } from '../error-texts.ts';

const SEPARATOR = '\u001e';

interface HubMessage {
  readonly type?: number;
  readonly result?: unknown;
}

/** A minimal client of the hub, so that the load costs little CPU time. */
export class ClusterClient {
  readonly #socket: WebSocket;
  /** The call that waits for its result. */
  #call: { resolve(result: unknown): void; reject(error: Error): void } | undefined;
  /** The number of broadcasts that have arrived. */
  broadcasts = 0;
  /** Called when a broadcast has arrived, and when the connection has closed. */
  onBroadcast: () => void = () => undefined;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (data: Buffer) => {
      for (const text of data.toString().split(SEPARATOR).slice(0, -1))
        this.#receive(JSON.parse(text) as HubMessage);
    });
    socket.on('close', () => {
      this.#call?.reject(new Error(errorTexts.connectionClosed));
      this.onBroadcast();
    });
  }

  static async connect(url: string): Promise<ClusterClient> {
    const socket = new WebSocket(url);
    const controller = new AbortController();
    const { signal } = controller;
    socket.once('close', () => controller.abort(new Error(errorTexts.connectionClosed)));
    await once(socket, 'open', { signal });
    socket.send(`{"protocol":"json","version":1}${SEPARATOR}`);
    await once(socket, 'message', { signal });
    return new ClusterClient(socket);
  }

  get isOpen(): boolean {
    return this.#socket.readyState === WebSocket.OPEN;
  }

  /** Calls a method, one call at a time. Rejects if the connection closes first. */
  async call(target: string, ...args: unknown[]): Promise<unknown> {
    if (!this.isOpen) throw new Error(errorTexts.connectionClosed);
    const result = new Promise((resolve, reject) => {
      this.#call = { resolve, reject };
    });
    const invocation = { type: 1, invocationId: '1', target, arguments: args };
    this.#socket.send(JSON.stringify(invocation) + SEPARATOR);
    return result;
  }

  close(): void {
    this.#socket.terminate();
  }

  #receive({ type, result }: HubMessage): void {
    if (type === 3) this.#call?.resolve(result);
    if (type !== 1) return;
    this.broadcasts += 1;
    this.onBroadcast();
  }
}
