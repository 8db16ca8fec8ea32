import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { WebSocket } from 'ws';

const RECORD_SEPARATOR = '\u001e';
const withoutKeepAlive = new Agent({ keepAlive: false });

/** The type of a hub message: 1 is an invocation, 2 an item of a stream, 3 a completion. */
export type RecordListener = (client: LoadClient, type: number, record: string) => void;

/** One connection with JSON over a WebSocket. */
export class LoadClient {
  /** The messages that it has received. */
  received = 0;
  /** The times at which its outstanding calls were made, by invocation id. */
  readonly calledAt: number[] = [];
  readonly #webSocket: WebSocket;

  private constructor(webSocket: WebSocket) {
    this.#webSocket = webSocket;
  }

  /** Connects, with a negotiation unless it is skipped, and waits for the handshake. */
  static async connect(
    port: number,
    path: string,
    negotiates: boolean,
    onRecord: RecordListener,
  ): Promise<LoadClient> {
    const token = negotiates ? `?id=${encodeURIComponent(await negotiate(port, path))}` : '';
    const webSocket = new WebSocket(`ws://127.0.0.1:${port}${path}${token}`, {
      perMessageDeflate: false,
    });
    await once(webSocket, 'open');
    webSocket.send(`{"protocol":"json","version":1}${RECORD_SEPARATOR}`);
    await once(webSocket, 'message');
    const client = new LoadClient(webSocket);
    let unread = '';
    webSocket.on('message', (data: Buffer) => {
      const records = (unread + data.toString()).split(RECORD_SEPARATOR);
      unread = records.pop() as string;
      for (const record of records)
        onRecord(client, Number(/"type":(\d)/.exec(record)?.[1]), record);
    });
    return client;
  }

  /** Calls a method. The type is 1 for an invocation and 4 for a stream. */
  call(type: number, id: number, target: string, values: readonly unknown[]): void {
    const message = { type, invocationId: String(id), target, arguments: values };
    this.#webSocket.send(JSON.stringify(message) + RECORD_SEPARATOR);
  }

  close(): void {
    this.#webSocket.terminate();
  }
}

async function negotiate(port: number, path: string): Promise<string> {
  const post = request({
    host: '127.0.0.1',
    port,
    path: `${path}/negotiate?negotiateVersion=1`,
    method: 'POST',
    agent: withoutKeepAlive,
  });
  post.end();
  const [response] = (await once(post, 'response')) as [NodeJS.ReadableStream];
  const { connectionToken } = JSON.parse(await text(response)) as { connectionToken: string };
  return connectionToken;
}
