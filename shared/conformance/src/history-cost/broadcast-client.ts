import { once } from 'node:events';
import { Gate } from '@practical-signalr/server/scale-out';
import { WebSocket } from 'ws';

const SEPARATOR = '\u001e';

/** A client that counts the messages `m`, and that costs little CPU time. */
export class BroadcastClient {
  readonly #socket: WebSocket;
  readonly #arrived = new Gate();
  /** The number of messages that have arrived. */
  received = 0;

  private constructor(port: number) {
    this.#socket = new WebSocket(`ws://127.0.0.1:${port}/hub?recovery=1`);
    this.#socket.on('close', () => this.#arrived.open());
    this.#socket.on('message', (data: Buffer) => {
      const text = data.toString();
      this.received += text.split('"target":"m"').length - 1;
      this.#arrived.open();
    });
  }

  static async connect(port: number): Promise<BroadcastClient> {
    const client = new BroadcastClient(port);
    await once(client.#socket, 'open');
    const handshake = once(client.#socket, 'message');
    client.#socket.send(`{"protocol":"json","version":1}${SEPARATOR}`);
    await handshake;
    const recovered = once(client.#socket, 'message');
    client.#call('__recover', [null, null, true]);
    await recovered;
    return client;
  }

  /** Calls the hub so that it sends messages to all clients. */
  broadcast(count: number, payload: string): void {
    this.#call('broadcast', [count, payload]);
  }

  #call(target: string, args: readonly unknown[]): void {
    const call = { type: 1, invocationId: '1', target, arguments: args };
    this.#socket.send(JSON.stringify(call) + SEPARATOR);
  }

  /** Waits until this number of messages has arrived. */
  async waitForMessages(received: number): Promise<void> {
    while (this.received < received) {
      if (this.#socket.readyState !== WebSocket.OPEN)
        throw new Error('The connection was closed before all messages arrived.');
      await this.#arrived.wait();
    }
  }

  close(): void {
    this.#socket.terminate();
  }
}
