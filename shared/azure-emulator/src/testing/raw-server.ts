import {
  FrameReader,
  type MessageOf,
  readServiceMessage,
  type ServiceMessage,
  ServiceMessageType as Type,
  writeServiceMessage,
} from '@practical-signalr/azure/service-protocol';
import { Gate } from '@practical-signalr/server/scale-out';
import jwt from 'jsonwebtoken';
import { expect } from 'vitest';
import { WebSocket } from 'ws';
import { DEFAULT_ACCESS_KEY } from '../emulator-options.ts';
import { waitFor } from './wait-for.ts';

const HANDSHAKE_ANSWER = '{}\u001e';

/**
 * A server connection without an SDK. It answers the handshakes of clients and sends any message.
 */
export class RawServer {
  readonly received: ServiceMessage[] = [];
  readonly closed: Promise<void>;
  readonly webSocket: WebSocket;
  readonly #changed = new Gate();
  #ackId = 0;

  constructor(url: string, hub: string, serverId: string) {
    const token = jwt.sign({}, DEFAULT_ACCESS_KEY, {
      audience: `http://127.0.0.1/server/?hub=${hub}`,
      expiresIn: 60,
    });
    this.webSocket = new WebSocket(
      `${url.replace('http', 'ws')}/server/?hub=${hub}&cid=${serverId}`,
      {
        headers: { authorization: `Bearer ${token}`, 'x-asrs-server-id': serverId },
      },
    );
    const frames = new FrameReader();
    this.webSocket.on('message', (data: Buffer) =>
      frames.read(data, (frame) => this.#take(readServiceMessage(frame) as ServiceMessage)),
    );
    this.webSocket.on('error', () => undefined);
    this.closed = new Promise((resolve) =>
      this.webSocket.on('close', () => {
        this.#changed.open();
        resolve();
      }),
    );
    this.webSocket.on('open', () =>
      this.send({ type: 1, version: 1, connectionType: 0, target: '', migrationLevel: 0 }),
    );
  }

  send(...messages: ServiceMessage[]): void {
    this.webSocket.send(Buffer.concat(messages.map(writeServiceMessage)));
  }

  of<TType extends ServiceMessage['type']>(type: TType): MessageOf<TType>[] {
    return this.received.filter(
      (message) => message.type === type,
    ) as unknown as MessageOf<TType>[];
  }

  /** Sends a message and returns its acknowledgement. */
  async ask(message: (ackId: number) => ServiceMessage): Promise<MessageOf<typeof Type.Ack>> {
    this.#ackId++;
    const ackId = this.#ackId;
    this.send(message(ackId));
    return this.waitFor(() => this.of(Type.Ack).find((ack) => ack.ackId === ackId));
  }

  /** Waits until a message arrives after which `find` returns a value. */
  waitFor<T>(find: () => T | undefined): Promise<T> {
    return waitFor(this.webSocket, this.#changed, find);
  }

  #take(message: ServiceMessage): void {
    this.received.push(message);
    this.#changed.open();
    if (
      message.type !== Type.ConnectionData ||
      !Buffer.from(message.payload).includes('"protocol"')
    )
      return;
    this.send({
      type: Type.ConnectionData,
      connectionId: message.connectionId,
      payload: HANDSHAKE_ANSWER,
    });
  }
}

/** Connects a server and waits until it is accepted. */
export async function connectServer(
  url: string,
  hub = 'chat',
  serverId = 'server-1',
): Promise<RawServer> {
  const server = new RawServer(url, hub, serverId);
  const response = await server.waitFor(() => server.of(Type.HandshakeResponse)[0]);
  expect(response).toMatchObject({ errorMessage: '' });
  return server;
}
