import { createServer } from 'node:http';
import { redis } from '@practical-signalr/redis';
import { Hub, SignalRServer } from '@practical-signalr/server';

/** The methods of the side-by-side bench. None knows that it is measured. */
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

/** Items that are at hand need no promise each: what a plain generator costs beside the asynchronous one. */
class PlainBenchHub extends BenchHub {
  // @ts-expect-error: a plain generator is no AsyncGenerator; a stream all the same
  override *stream(count: number): Generator<number> {
    for (let i = 0; i < count; i++) yield i;
  }
}

// node shared/conformance/dist/bench-server.js {port} [plain | {redis}]: built code with the options that users get.
const [, , port, option] = process.argv;
const signalr = new SignalRServer(
  option === undefined || option === 'plain'
    ? {}
    : { scaleOut: redis({ url: `redis://${option}` }) },
);
if (option === 'plain') signalr.mapHub('/bench', PlainBenchHub);
else signalr.mapHub('/bench', BenchHub);
const router = signalr.router();
const server = createServer((request, response) =>
  router(request, response, () => response.writeHead(404).end()),
);
signalr.attach(server);
server.listen(Number(port), '127.0.0.1', 4096);
