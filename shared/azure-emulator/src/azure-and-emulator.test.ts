import { HubConnectionBuilder, type HubConnection, LogLevel } from '@microsoft/signalr';
import { azureSignalR, type AzureSignalROptions } from '@practical-signalr/azure';
import { Hub } from '@practical-signalr/server';
import type { HubLifetimeManager } from '@practical-signalr/server/scale-out';
import { testServer, type TestServer } from '@practical-signalr/server/testing';
import { expect, test } from 'vitest';
import { emulatedApps, silent } from './testing/emulated-apps.ts';

const events: string[] = [];
class ChatHub extends Hub {
  echo(text: string): string {
    return text;
  }
  async say(text: string): Promise<string> {
    await this.clients.all.send('Said', text);
    return 'said';
  }
  async sayToOthers(text: string): Promise<void> {
    await this.clients.others.send('Said', text);
  }
  async join(group: string): Promise<void> {
    await this.groups.add(this.context.connectionId, group);
  }
  async sayToGroup(group: string, text: string): Promise<void> {
    await this.clients.group(group).send('Said', text);
  }
  async sayToUser(user: string, text: string): Promise<void> {
    await this.clients.user(user).send('Said', text);
  }
  override onConnected(): void {
    events.push(`+${this.context.connectionId}`);
  }
  override onDisconnected(): void {
    events.push(`-${this.context.connectionId}`);
  }
  who(): unknown {
    return [
      this.context.connectionId,
      this.context.userIdentifier ?? null,
      this.context.request.path,
    ];
  }
  async *count(to: number): AsyncGenerator<number> {
    for (let i = 0; i < to; i++) yield i;
  }
}

const methods = [
  'echo',
  'say',
  'sayToOthers',
  'join',
  'sayToGroup',
  'sayToUser',
  'who',
  'count',
] as const;
const logger = silent;
const on = emulatedApps(
  {
    '/chat': {
      hub: ChatHub,
      methods,
    },
  },
  {
    azure: { initialHubServerConnectionCount: 2 },
    server: { userIdProvider: { getUserId: ({ request }) => request.query.get('user') } },
  },
);
const { startApp, connections, apps } = on;

async function connect(
  server: TestServer,
  query = '',
): Promise<{ connection: HubConnection; received: string[] }> {
  const connection = new HubConnectionBuilder()
    .withUrl(`${server.url}/chat${query}`)
    .configureLogging(LogLevel.None)
    .build();
  const received: string[] = [];
  connection.on('Said', (text: string) => received.push(text));
  await connection.start();
  connections.push(connection);
  return { connection, received };
}

test('the official client is redirected, calls, is called and streams', async () => {
  const app = await startApp();
  const [ada, bob] = [await connect(app, '?user=ada'), await connect(app, '?user=bob')];
  const negotiate = await fetch(`${app.url}/chat/negotiate?user=x&negotiateVersion=1`, {
    method: 'POST',
  });
  const { url } = (await negotiate.json()) as { url: string };
  expect(url).toMatch(
    `${on.emulator.url}/client/?hub=chathub&asrs.op=%2Fchat&user=x&negotiateVersion=1&asrs_request_id=`,
  );
  expect(await ada.connection.invoke('Echo', 'hé')).toBe('hé');
  expect(await ada.connection.invoke('Say', 'to all')).toBe('said');
  expect(ada.received).toEqual(['to all']); // before the answer, since it was sent before
  await ada.connection.invoke('SayToOthers', 'to others');
  await ada.connection.invoke('SayToUser', 'bob', 'to bob');
  await bob.connection.invoke('Join', 'room');
  await ada.connection.invoke('SayToGroup', 'room', 'to room');
  await expect.poll(() => bob.received).toEqual(['to all', 'to others', 'to bob', 'to room']);
  expect(ada.received).toEqual(['to all']);
  expect(await ada.connection.invoke('Who')).toEqual([ada.connection.connectionId, 'ada', '/chat']);
  const items: unknown[] = [];
  await new Promise<void>((complete, error) =>
    ada.connection
      .stream('Count', 3)
      .subscribe({ next: (item) => items.push(item), complete, error }),
  );
  expect(items).toEqual([0, 1, 2]);
});

test('invoking an unknown client rejects with the error of the service', async () => {
  const { connectionString } = on.emulator;
  let lifetime: HubLifetimeManager | undefined;
  const factory = azureSignalR({ connectionString, logger, environment: {} });
  await startApp({}, { scaleOut: (hub) => (lifetime = factory(hub)) });
  await expect(lifetime?.invokeConnection('nobody', 'Name', [])).rejects.toThrow(
    "Connection 'nobody' does not exist.",
  );
});

test('two app servers share clients, groups and users', async () => {
  const [one, two] = [await startApp(), await startApp()];
  const clients = [await connect(one), await connect(one), await connect(two), await connect(two)];
  for (const { connection } of clients) await connection.invoke('Join', 'room');
  await clients[0]?.connection.invoke('SayToGroup', 'room', 'x');
  for (const { received } of clients) await expect.poll(() => received).toEqual(['x']);
  const servers = [...(on.emulator.hubs.get('chathub')?.servers ?? [])];
  expect(new Set(servers.map(({ serverId }) => serverId)).size).toBe(2);
  expect(servers).toHaveLength(4);
});

test('before a server connection is open, negotiation fails with the recorded message', async () => {
  const connectionString = 'Endpoint=http://127.0.0.1:9;AccessKey=k';
  const scaleOut = azureSignalR({ connectionString, logger, environment: {} });
  const server = await testServer(
    (signalr) =>
      signalr.mapHub('/chat', ChatHub, {
        methods,
      }),
    { scaleOut },
  );
  apps.push(server);
  const response = await fetch(`${server.url}/chat/negotiate?negotiateVersion=1`, {
    method: 'POST',
  });
  expect([response.status, await response.text()]).toEqual([
    500,
    'Azure SignalR Service is not connected yet, please try again later.',
  ]);
});

test('a wrong key is refused, and the log says so without showing it', async () => {
  const warnings: unknown[] = [];
  const warn = (...parts: unknown[]): void => void warnings.push(...parts);
  const connectionString = `Endpoint=${on.emulator.url};AccessKey=wrong-key`;
  const scaleOut = azureSignalR({ connectionString, logger: { ...logger, warn }, environment: {} });
  apps.push(
    await testServer(
      (signalr) =>
        signalr.mapHub('/chat', ChatHub, {
          methods,
        }),
      { scaleOut, logger },
    ),
  );
  await expect.poll(() => warnings.join(' ')).toContain('(401). Check the AccessKey');
  expect(warnings.join(' ')).not.toContain('wrong-key');
});

test('clients of a lost server connection are closed, and the connection is reopened', async () => {
  const app = await startApp();
  const { connection } = await connect(app);
  const closed = new Promise<void>((resolve) => connection.onclose(() => resolve()));
  const hub = on.emulator.hubs.get('chathub');
  const lost = [...(hub?.servers ?? [])].find(({ clients }) => clients.size > 0);
  lost?.drop();
  await closed;
  await expect.poll(() => hub?.servers.size).toBe(2);
  expect(hub?.servers.has(lost as never)).toBe(false);
  expect(await (await connect(app)).connection.invoke('Echo', 'again')).toBe('again');
});

test('with MigrateClients, clients move without reconnecting and keep their groups', async () => {
  const azure: AzureSignalROptions = {
    migrationLevel: 'ShutdownOnly',
    gracefulShutdown: { mode: 'MigrateClients' },
  };
  const one = await startApp(azure);
  const { connection, received } = await connect(one);
  let isClosed = false;
  connection.onclose(() => (isClosed = true));
  await connection.invoke('Join', 'room');
  await startApp(azure);
  events.length = 0;
  await one.signalr.close();
  await expect
    .poll(() => events.toSorted())
    .toEqual([`+${connection.connectionId}`, `-${connection.connectionId}`]);
  await connection.invoke('SayToGroup', 'room', 'still here');
  expect(received).toEqual(['still here']);
  expect(isClosed).toBe(false);
});

test('with WaitForClientsClose, a server gets no new clients and closes after the last one', async () => {
  const one = await startApp({ gracefulShutdown: { mode: 'WaitForClientsClose' } });
  const { connection } = await connect(one);
  const hub = on.emulator.hubs.get('chathub');
  const closed = one.signalr.close();
  await expect.poll(() => [...(hub?.servers ?? [])].every(({ isLeaving }) => isLeaving)).toBe(true);
  expect(await connection.invoke('Echo', 'still here')).toBe('still here');
  await connection.stop();
  await closed;
  await expect.poll(() => hub?.servers.size).toBe(0);
});

test('without graceful shutdown, clients reconnect', async () => {
  const one = await startApp();
  const { connection } = await connect(one);
  const closed = new Promise<void>((resolve) => connection.onclose(() => resolve()));
  await one.signalr.close();
  await closed;
  await expect.poll(() => on.emulator.hubs.get('chathub')?.clients.size).toBe(0);
});

test('clients that disconnect leave nothing in the service', async () => {
  const app = await startApp();
  for (let i = 0; i < 5; i++) {
    const clients = await Promise.all(Array.from({ length: 10 }, () => connect(app, '?user=u')));
    await Promise.all(clients.map(({ connection }) => connection.invoke('Join', 'room')));
    await Promise.all(clients.map(({ connection }) => connection.stop()));
  }
  const hub = on.emulator.hubs.get('chathub');
  await expect
    .poll(() => [hub?.clients.size, hub?.groups.size, hub?.users.size])
    .toEqual([0, 0, 0]);
  expect([...(hub?.servers ?? [])].reduce((sum, { clients }) => sum + clients.size, 0)).toBe(0);
});
