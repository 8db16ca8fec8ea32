import { type HubConnection, HubConnectionBuilder, LogLevel } from '@microsoft/signalr';
import type { AzureSignalROptions } from '@practical-signalr/azure';
import { Hub } from '@practical-signalr/server';
import type { TestServer } from '@practical-signalr/server/testing';
import { beforeEach, expect, test } from 'vitest';
import { emulatedApps } from './testing/emulated-apps.ts';

/** The running calls of `Wait` by their text. Calling one lets it finish. */
const waiting = new Map<string, () => void>();

class ChatHub extends Hub {
  async wait(text: string): Promise<string> {
    await new Promise<void>((resolve) => waiting.set(text, resolve));
    return text;
  }
  async *tick(): AsyncGenerator<number> {
    yield 1;
    const { invocationAborted } = this.context;
    await new Promise<void>((resolve) =>
      invocationAborted.addEventListener('abort', () => resolve()),
    );
  }
  join(group: string): Promise<void> {
    return this.groups.add(this.context.connectionId, group);
  }
  remember(text: string): void {
    this.context.items.set('text', text);
  }
  remembered(): unknown {
    return this.context.items.get('text') ?? null;
  }
}
type App = TestServer<{ readonly '/chat': ChatHub }>;

const on = emulatedApps(
  { '/chat': { hub: ChatHub, methods: ['wait', 'tick', 'join', 'remember', 'remembered'] } },
  { azure: { initialHubServerConnectionCount: 2 } },
);
const { startApp, connections } = on;
beforeEach(() => waiting.clear());

async function connect(app: App): Promise<HubConnection> {
  const connection = new HubConnectionBuilder()
    .withUrl(`${app.url}/chat`)
    .configureLogging(LogLevel.None)
    .build();
  await connection.start();
  connections.push(connection);
  return connection;
}

/** Returns the server that serves a client. */
const serverOf = ({ connectionId }: HubConnection): string | undefined =>
  on.emulator.hubs.get('chathub')?.clients.get(String(connectionId))?.server?.serverId;

test.each(['Preferred', 'Required'] as const)(
  'sticky mode %s: clients are served by the server with which they negotiated',
  async (serverStickyMode) => {
    const [one, two] = [await startApp({ serverStickyMode }), await startApp({ serverStickyMode })];
    const clients = await Promise.all([one, two, one, two, one, two].map(connect));
    const [a, b] = clients.map(serverOf);
    expect(a).not.toBe(b);
    expect(clients.map(serverOf)).toEqual([a, b, a, b, a, b]);
  },
);

test('a client that moves gets the results of its calls and keeps its groups, but not its items and streams', async () => {
  const azure: AzureSignalROptions = {
    migrationLevel: 'ShutdownOnly',
    gracefulShutdown: { mode: 'MigrateClients' },
  };
  const one = await startApp(azure);
  const client = await connect(one);
  const received: string[] = [];
  client.on('Said', (text: string) => received.push(text));
  let isClosed = false;
  client.onclose(() => (isClosed = true));
  await client.invoke('Join', 'room');
  await client.invoke('Remember', 'on the old server');
  const answer = client.invoke('Wait', 'pending');
  await expect.poll(() => waiting.has('pending')).toBe(true);
  const streamed: number[] = [];
  const ended = new Promise<unknown>((resolve) =>
    client
      .stream<number>('Tick')
      .subscribe({ next: (n) => streamed.push(n), complete: () => undefined, error: resolve }),
  );
  // Calls run one at a time: the stream begins behind the call that waits.
  const two = await startApp(azure);
  const before = serverOf(client);
  const closed = one.signalr.close();
  await expect.poll(() => serverOf(client)).not.toBe(before);
  expect(await client.invoke('Remembered')).toBeNull();
  waiting.get('pending')?.();
  expect(await answer).toBe('pending');
  expect(String(await ended)).toContain('another server has taken over this client');
  await closed;
  await two.hubs['/chat'].clients.group('room').send('Said', 'still here');
  await expect.poll(() => received).toEqual(['still here']);
  expect(isClosed).toBe(false);
});
