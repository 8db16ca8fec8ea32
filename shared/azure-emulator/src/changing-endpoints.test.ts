import { HubConnectionBuilder, LogLevel } from '@microsoft/signalr';
import { azureSignalR, type RoutedEndpoint } from '@practical-signalr/azure';
import { Hub } from '@practical-signalr/server';
import { testServer } from '@practical-signalr/server/testing';
import { afterEach, expect, test } from 'vitest';
import { startEmulator } from './index.ts';
import { silent } from './testing/emulated-apps.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanups.splice(0).reverse()) await cleanUp();
});

class ChatHub extends Hub {
  id(): string {
    return this.context.connectionId;
  }
  ask(connectionId: string): Promise<unknown> {
    return this.clients.client(connectionId).invoke('Name');
  }
}

async function startService() {
  const emulator = await startEmulator({ port: 0 });
  cleanups.push(() => emulator.close());
  return emulator;
}

async function connect(url: string, region: string) {
  const connection = new HubConnectionBuilder()
    .withUrl(`${url}/chat?region=${region}`)
    .withAutomaticReconnect([0, 50, 100, 200, 400])
    .configureLogging(LogLevel.None)
    .build();
  cleanups.push(() => connection.stop());
  connection.on('Name', () => region);
  const texts: string[] = [];
  connection.on('Said', (text: string) => texts.push(text));
  await connection.start();
  const id = await connection.invoke<string>('Id');
  return { connection, id, texts };
}

test('clients of an endpoint that is added receive messages and invocations, and move when it is removed', async () => {
  const [europe, asia] = [await startService(), await startService()];
  const azure = azureSignalR({
    endpoints: [{ connectionString: europe.connectionString, name: 'europe' }],
    initialHubServerConnectionCount: 1,
    router: {
      negotiate: (request, endpoints) => {
        const isInRegion = ({ name }: RoutedEndpoint) => name === request.query.get('region');
        return endpoints.find(isInRegion) ?? endpoints[0];
      },
    },
    environment: {},
    logger: silent,
  });
  const app = await testServer(
    { '/chat': { hub: ChatHub, methods: ['id', 'ask'] } },
    { scaleOut: azure, logger: silent },
  );
  cleanups.push(() => app.close());
  const onlineEndpoints = () => app.signalr.health().entries['ChatHub']?.data?.['online'];
  await expect.poll(onlineEndpoints).toBe(1);
  const ada = await connect(app.url, 'europe');
  azure.addEndpoint({ connectionString: asia.connectionString, name: 'asia' });
  await expect.poll(onlineEndpoints).toBe(2);
  const bob = await connect(app.url, 'asia');
  expect(asia.status().hubs).toMatchObject([{ counts: { clients: 1 } }]);

  // Messages and invocations cross endpoints.
  await app.hubs['/chat'].clients.all.send('Said', 'to both');
  await expect.poll(() => [ada.texts, bob.texts]).toEqual([['to both'], ['to both']]);
  expect(await ada.connection.invoke('Ask', bob.id)).toBe('asia');
  expect(await bob.connection.invoke('Ask', ada.id)).toBe('europe');
  expect(await app.hubs['/chat'].clients.client(bob.id).invoke('Name')).toBe('asia');
  await expect(app.hubs['/chat'].clients.client('nobody').invoke('Name')).rejects.toThrow();

  const reconnected = new Promise<string | undefined>((resolve) =>
    bob.connection.onreconnected(resolve),
  );
  await azure.removeEndpoint('asia');
  expect(await reconnected).not.toBe(bob.id);
  await app.hubs['/chat'].clients.all.send('Said', 'to Europe');
  await expect.poll(() => bob.texts).toEqual(['to both', 'to Europe']);
  expect(ada.texts).toEqual(['to both', 'to Europe']);
});
