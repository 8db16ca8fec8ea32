import { createServer } from 'node:http';
import { redis } from '@practical-signalr/redis';
import { Hub, SignalRServer } from '@practical-signalr/server';

/** The methods that every peer has. */
class BenchHub extends Hub {
  echo(text: unknown): unknown {
    return text;
  }

  async broadcast(count: number, payload: string): Promise<number> {
    for (let i = 0; i < count; i++) await this.clients.all.send('m', payload);
    return count;
  }

  async joinGroup(name: string): Promise<number> {
    await this.groups.add(this.context.connectionId, name);
    return 1;
  }

  async groupSend(count: number, groups: number, payload: string): Promise<number> {
    for (let i = 0; i < count; i++)
      await this.clients.group(`g${Math.floor(Math.random() * groups)}`).send('m', payload);
    return count;
  }

  async *stream(count: number): AsyncGenerator<number> {
    for (let i = 0; i < count; i++) yield i;
  }

  *plainStream(count: number): Generator<number> {
    for (let i = 0; i < count; i++) yield i;
  }
}

// Usage: node signalr-server.js PORT [REDIS_HOST:PORT]. Runs the built code with default options.
const [, , port, redisHost] = process.argv;
const signalr = new SignalRServer(
  redisHost === undefined ? {} : { scaleOut: redis({ url: `redis://${redisHost}` }) },
);
signalr.mapHub('/bench', BenchHub, {
  methods: ['echo', 'broadcast', 'joinGroup', 'groupSend', 'stream', 'plainStream'],
});
const router = signalr.router();
const server = createServer((request, response) =>
  router(request, response, () => response.writeHead(404).end()),
);
signalr.attach(server);
server.listen(Number(port), '127.0.0.1', 4096);
