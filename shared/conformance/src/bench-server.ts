import { createServer } from 'node:http';
import { redis } from '@practical-signalr/redis';
import { Hub, SignalRServer } from '@practical-signalr/server';

/** The methods of the comparison benchmark. */
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
}

/** Streams from a synchronous generator, to compare its cost with that of an asynchronous one. */
class PlainBenchHub extends BenchHub {
  // @ts-expect-error: a Generator is not an AsyncGenerator, but hubs can stream from both.
  override *stream(count: number): Generator<number> {
    for (let i = 0; i < count; i++) yield i;
  }
}

// Usage: node shared/conformance/dist/bench-server.js PORT [plain | REDIS_HOST:PORT]. Runs the
// built code with default options.
const [, , port, option] = process.argv;
const signalr = new SignalRServer(
  option === undefined || option === 'plain'
    ? {}
    : { scaleOut: redis({ url: `redis://${option}` }) },
);
if (option === 'plain')
  signalr.mapHub('/bench', PlainBenchHub, {
    methods: ['echo', 'broadcast', 'joinGroup', 'groupSend', 'stream'],
  });
else
  signalr.mapHub('/bench', BenchHub, {
    methods: ['echo', 'broadcast', 'joinGroup', 'groupSend', 'stream'],
  });
const router = signalr.router();
const server = createServer((request, response) =>
  router(request, response, () => response.writeHead(404).end()),
);
signalr.attach(server);
server.listen(Number(port), '127.0.0.1', 4096);
