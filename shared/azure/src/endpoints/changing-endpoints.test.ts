import { afterEach, beforeEach, expect, test } from 'vitest';
import { SignalRServer } from '@practical-signalr/server';
import { azureSignalR } from '../azure-signalr.ts';
import { ServiceMessageType as Type } from '../service-protocol/index.ts';
import { ChatHub, chatMethods, silent } from '../testing/chat-app.ts';
import { type FakeService, startFakeService } from '../testing/fake-service.ts';

let east: FakeService;
let west: FakeService;
let signalr: SignalRServer | undefined;
beforeEach(async () => {
  [east, west] = [await startFakeService(), await startFakeService()];
});
afterEach(async () => {
  // Without a service, the server does not wait for its acknowledgement.
  await east.close();
  await west.close();
  await signalr?.close();
});

function start(mode: 'Off' | 'WaitForClientsClose' = 'Off') {
  const azure = azureSignalR({
    endpoints: [{ connectionString: east.connectionString, name: 'east' }],
    initialHubServerConnectionCount: 1,
    gracefulShutdown: { mode },
    environment: {},
    logger: silent,
  });
  signalr = new SignalRServer({ scaleOut: azure, logger: silent });
  const { clients } = signalr.mapHub('/chat', ChatHub, { methods: chatMethods });
  const data = () => signalr?.health().entries['ChatHub']?.data ?? {};
  return { azure, clients, data };
}

test('an endpoint that is added while the app runs receives messages, until it is removed', async () => {
  const { azure, clients, data } = start();
  await expect.poll(data).toMatchObject({ online: 1 });
  azure.addEndpoint({ connectionString: west.connectionString, name: 'west' });
  expect(azure.endpointNames()).toEqual(['east', 'west']);
  await expect.poll(data).toMatchObject({ endpoints: 2, online: 2 });
  await clients.all.send('Said', 'to both');
  for (const { connections } of [east, west])
    await expect.poll(() => connections[0]?.of(Type.BroadcastData).length).toBe(1);
  await azure.removeEndpoint('east');
  await expect.poll(() => east.connections[0]?.isOpen).toBe(false);
  await clients.all.send('Said', 'to the west');
  await expect.poll(() => west.connections[0]?.of(Type.BroadcastData).length).toBe(2);
  expect(data()).toMatchObject({ endpoints: 1, online: 1 });
  expect(east.connections).toHaveLength(1);
});

test('clients of an endpoint that is removed receive messages until they have left', async () => {
  const { azure, clients, data } = start('WaitForClientsClose');
  azure.addEndpoint({ connectionString: west.connectionString, name: 'west' });
  await expect.poll(data).toMatchObject({ online: 2 });
  const connection = east.connections[0];
  connection?.open('a');
  await expect.poll(data).toMatchObject({ clients: 1 });
  const removed = azure.removeEndpoint('east');
  const finOf = () => connection?.of(Type.Ping).map(({ messages }) => messages.join());
  await expect.poll(finOf).toContain('shutdown,fin:2');
  connection?.send({ type: Type.Ping, messages: ['shutdown', 'finack'] });
  await clients.client('a').send('Said', 'still here');
  await expect.poll(() => connection?.of(Type.MultiConnectionData).length).toBe(1);
  expect(data()).toMatchObject({ endpoints: 1 });
  connection?.send({
    type: Type.CloseConnection,
    connectionId: 'a',
    errorMessage: '',
    headers: new Map(),
  });
  await removed;
  await expect.poll(() => connection?.isOpen).toBe(false);
});

test('changes that are impossible are refused, and leave the endpoints as they are', async () => {
  const { azure } = start();
  const { connectionString } = west;
  const invalid = 'ERR_SIGNALR_AZURE_INVALID_ENDPOINT';
  const add = (endpoint: unknown) => () => azure.addEndpoint(endpoint as string);
  expect(add({ connectionString, name: 'east' })).toThrow(/name 'east'/);
  expect(add(undefined)).toThrow(expect.objectContaining({ code: invalid }) as Error);
  expect(add('no connection string')).toThrow(/connection string/);
  await expect(azure.removeEndpoint('east')).rejects.toMatchObject({ code: invalid });
  await expect(azure.removeEndpoint('north')).rejects.toMatchObject({
    code: 'ERR_SIGNALR_AZURE_UNKNOWN_ENDPOINT',
  });
  azure.addEndpoint({ connectionString, name: 'west', type: 'secondary' });
  await expect(azure.removeEndpoint('east')).rejects.toThrow('last primary endpoint');
  expect(azure.endpointNames()).toEqual(['east', 'west']);
});

test('the option name of mapHub is the name at the service, prefixed by applicationName', async () => {
  const { connectionString } = east;
  const applicationName = 'Shop';
  const options = { connectionString, applicationName, environment: {}, logger: silent };
  signalr = new SignalRServer({ scaleOut: azureSignalR(options), logger: silent });
  signalr.mapHub('/chat', ChatHub, { name: 'Company.Chat', methods: chatMethods });
  await expect.poll(() => east.connections[0]?.query('hub')).toBe('shop_company.chat');
});
