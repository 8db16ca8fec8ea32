import { EventEmitter, once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { redis } from '@practical-signalr/redis';
import { startInProcessBroker } from '@practical-signalr/redis/local';
import { LifetimeSuiteClient, suiteHub } from '@practical-signalr/server/lifetime-suite';
import type { FuzzedParser, StartedParser } from '../fuzzing/fuzzed-parser.ts';

/** The channels of a server, each with its own format. */
const channels = [
  'all',
  'internal:groups',
  'internal:ack:me',
  'internal:return:me',
  'user:ann',
].concat('group:g', 'connection:c', 'internal:commands');

/**
 * Messages of other servers, which arrive over Redis: invocations, group commands, acks, results.
 */
export const redisEnvelopeParser: FuzzedParser = {
  name: 'redis',
  description: 'messages of other servers over Redis',
  inputsInTest: 500,
  sizes: [6000, 48_000],
  growing: {
    'many excluded connections': (size) => [
      Buffer.concat([
        Buffer.from([0x92, 0xdc, size >> 8, size & 0xff]),
        Buffer.alloc(size, 0xa0),
        Buffer.from('81a46a736f6ec4020102', 'hex'),
      ]),
    ],
    'deep nesting': (size) => [Buffer.alloc(size, 0x91)],
    'no end': (size) => [Buffer.concat([Buffer.of(0xdd, 0, 1, 0, 0), Buffer.alloc(size, 0x80)])],
  },
  async start() {
    const broker = await startInProcessBroker();
    const socket = connect(broker.port, '127.0.0.1');
    await once(socket, 'connect');
    const manager = redis({ url: broker.url, serverName: 'me', ackTimeout: 1000 })(suiteHub());
    const client = new FenceClient('ann', 'c');
    await manager.onConnected(client);
    await manager.addToGroup('c', 'g');
    let next = 0;
    return {
      async parse(chunks) {
        const channel = channels[next++ % channels.length] as string;
        await publish(socket, `SuiteHub:${channel}`, Buffer.concat(chunks));
        return channel;
      },
      async check() {
        // Payloads that are valid by chance are delivered before it.
        await client.waitForFence(() => manager.sendAll('fence', []));
      },
      async close() {
        socket.destroy();
        await manager.close?.();
        await broker.close();
      },
    } satisfies StartedParser;
  },
};

/** A client that reads no hub message, because servers deliver garbage too, but notices one. */
class FenceClient extends LifetimeSuiteClient {
  readonly #events = new EventEmitter();

  override write(message: Parameters<LifetimeSuiteClient['write']>[0]): undefined {
    const payload = String(message.encoded(this.protocol)?.payload);
    if (payload.includes('"target":"fence"')) this.#events.emit('fence');
  }

  /** Runs `send`, and waits for its message with the target `fence`. */
  async waitForFence(send: () => unknown): Promise<void> {
    const arrival = once(this.#events, 'fence');
    await send();
    await arrival;
  }
}

/** Publishes bytes, and waits until the broker has passed them to the server. */
async function publish(socket: Socket, channel: string, payload: Buffer): Promise<void> {
  const head = `*3\r\n$7\r\nPUBLISH\r\n$${channel.length}\r\n${channel}\r\n$${payload.length}\r\n`;
  const answered = once(socket, 'data');
  socket.write(Buffer.concat([Buffer.from(head), payload, Buffer.from('\r\n')]));
  await answered;
}
