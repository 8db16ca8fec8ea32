import { once } from 'node:events';
import { createServer } from 'node:http';
import { redis } from '@practical-signalr/redis';
import { Hub, SignalRServer } from '@practical-signalr/server';

class BroadcastHub extends Hub {
  async broadcast(count: number, payload: string): Promise<void> {
    for (let i = 0; i < count; i++) await this.clients.all.send('m', payload);
  }
}

// Started by `npm run history-cost` as a child process. It reports its port, and its CPU time in ms
// when it gets a message. Usage: node broadcast-server-command.ts REDIS_URL [history]
const [, , url = '', option] = process.argv;
const history = option === 'history' ? {} : undefined;
const signalr = new SignalRServer({ scaleOut: redis({ url, history }) });
signalr.mapHub('/hub', BroadcastHub, { methods: ['broadcast'] });
const server = createServer(signalr.router());
signalr.attach(server);
server.listen(0, '127.0.0.1', 4096);
await once(server, 'listening');
process.send?.(server.address());
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send?.({ cpuTime: (user + system) / 1000 });
});
process.on('disconnect', () => process.exit());
