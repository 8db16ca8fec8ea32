import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { Hub, SignalRServer } from '@practical-signalr/server';
import express from 'express';
import {
  hasChromium,
  launchChromium,
  see,
  watchProblems,
} from '@practical-signalr/lesson-kit/testing';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

export interface RoomServer {
  join(room: string): Promise<void>;
}
export interface RoomClient {
  add(amount: number): void;
  getSum(): number;
}

const open = new Set<string>();
const joined: string[] = [];
let opened = 0;

class RoomHub extends Hub<RoomClient> implements RoomServer {
  override onConnected(): void {
    opened += 1;
    open.add(this.context.connectionId);
  }
  override onDisconnected(): void {
    open.delete(this.context.connectionId);
  }
  async join(room: string): Promise<void> {
    joined.push(room);
    await this.groups.add(this.context.connectionId, room);
  }
}

/** Returns the script of the page, with the build of React in which StrictMode has its effects. */
async function buildScript(): Promise<string> {
  const result = await build({
    configFile: false,
    logLevel: 'silent',
    resolve: { conditions: ['@practical-signalr/source', 'module', 'browser'] },
    define: { 'process.env.NODE_ENV': '"development"' },
    build: {
      write: false,
      minify: false,
      rolldownOptions: {
        input: fileURLToPath(new URL('hooks-page.tsx', import.meta.url)),
        output: { format: 'iife' },
        checks: { invalidAnnotation: false },
      },
    },
  });
  const [bundle] = [result].flat();
  const chunk = bundle !== undefined && 'output' in bundle ? bundle.output[0] : undefined;
  return chunk?.code ?? '';
}

describe.runIf(hasChromium())('the React hooks in Chromium', () => {
  const app = express();
  const server = createServer(app);
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => sockets.add(socket));
  const signalr = new SignalRServer();
  const rooms = signalr.mapHub('/room', RoomHub, { methods: ['join'] });
  let browser: Awaited<ReturnType<typeof launchChromium>>;
  beforeAll(async () => {
    const html = `<!doctype html><link rel="icon" href="data:,"><div id="root"></div>`;
    const script = await buildScript();
    app.get(
      '/',
      (_request, response) => void response.send(`${html}<script src="/script.js"></script>`),
    );
    app.get('/script.js', (_request, response) => void response.type('js').send(script));
    app.use(signalr.router());
    signalr.attach(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser.close();
    await signalr.close();
    server.close();
  });

  test('StrictMode, state in handlers, results, reconnects, a new room, and cleanup', async () => {
    const context = await browser.newContext();
    const problems = watchProblems(context);
    const page = await context.newPage();
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    const status = page.getByRole('status');
    await see(status).toHaveText('Connected in red, sum 0');
    // StrictMode runs each effect twice, and still opens one connection.
    expect([opened, open.size]).toEqual([1, 1]);

    await rooms.clients.all.send('add', 2);
    await see(status).toHaveText('Connected in red, sum 2');
    await rooms.clients.all.send('add', 3);
    await see(status).toHaveText('Connected in red, sum 5');
    const [first = ''] = open;
    await expect(rooms.clients.client(first).invoke('getSum')).resolves.toBe(5);

    // The client reconnects: it keeps its state, and joins its room again.
    for (const socket of sockets) socket.destroy();
    await expect.poll(() => joined).toEqual(['red', 'red']);
    await see(status).toHaveText('Connected in red, sum 5');
    await rooms.clients.group('red').send('add', 1);
    await see(status).toHaveText('Connected in red, sum 6');

    await page.getByRole('button', { name: 'Blue' }).click();
    await expect.poll(() => joined).toEqual(['red', 'red', 'blue']);
    await see(status).toHaveText('Connected in blue, sum 6');
    await expect.poll(() => open.size).toBe(1);

    await page.getByRole('button', { name: 'Unmount' }).click();
    await expect.poll(() => open.size).toBe(0);
    expect([opened, problems]).toEqual([3, []]);
    await context.close();
  });
});
