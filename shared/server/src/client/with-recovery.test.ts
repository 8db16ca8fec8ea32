import {
  HttpTransportType,
  HubConnectionBuilder,
  type ILogger,
  LogLevel,
} from '@microsoft/signalr';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Hub, jwtBearer } from '../index.ts';
import { type CuttingProxy, startCuttingProxy } from '../testing/cutting-proxy.ts';
import { testServer, type TestServer } from '../testing/index.ts';
import { testKey, testToken } from '../testing/test-token.ts';
import { withAuthenticationRefresh } from './with-authentication-refresh.ts';
import { type RecoveringHubConnection, withRecovery } from './with-recovery.ts';

class EmptyHub extends Hub {}

let server: TestServer;
let proxy: CuttingProxy;
let connection: RecoveringHubConnection;
let errors: string[];
beforeEach(async () => {
  server = await testServer((signalr) => signalr.mapHub('/hub', EmptyHub, { methods: [] }));
  proxy = await startCuttingProxy(server.port);
  errors = [];
  const logger: ILogger = {
    log: (level, message) => {
      if (level === LogLevel.Error) errors.push(message);
    },
  };
  const builder = new HubConnectionBuilder()
    .withUrl(`${proxy.url}/hub`, { transport: HttpTransportType.WebSockets })
    .withAutomaticReconnect([0])
    .configureLogging(logger);
  connection = withRecovery(builder).build();
});
afterEach(async () => {
  await connection.stop();
  await proxy.close();
  await server.close();
});

test.each([
  [
    'throws',
    (): void => {
      throw new Error('broken');
    },
  ],
  ['rejects', (): Promise<void> => Promise.reject(new Error('broken'))],
])('a callback that %s is logged, and the others are called', async (_, callback) => {
  connection.onrecovered(callback);
  const recovered = new Promise((resolve) => connection.onrecovered(resolve));
  await connection.start();
  proxy.cut();
  // The server has no history.
  expect(await recovered).toMatchObject({ recovered: false, reason: 'unsupported' });
  expect(errors).toContain("A callback of 'onrecovered' threw 'Error: broken'.");
});

test.each([
  [
    'recovery first',
    (builder: HubConnectionBuilder) => withAuthenticationRefresh(withRecovery(builder)).build(),
  ],
  [
    'refresh first',
    (builder: HubConnectionBuilder) => withRecovery(withAuthenticationRefresh(builder)).build(),
  ],
])('a connection recovers and refreshes its token, with %s', async (_, build) => {
  await using protectedServer = await testServer((signalr) =>
    signalr.mapHub('/hub', EmptyHub, {
      methods: [],
      authentication: jwtBearer({ key: testKey }),
      authorize: true,
      enableAuthenticationRefresh: true,
    }),
  );
  const cuttable = await startCuttingProxy(protectedServer.port);
  const builder = new HubConnectionBuilder()
    .withUrl(`${cuttable.url}/hub?room=1`, {
      transport: HttpTransportType.WebSockets,
      accessTokenFactory: () => testToken({ sub: 'ann', exp: Math.floor(Date.now() / 1000) + 60 }),
    })
    .withAutomaticReconnect([0])
    .configureLogging(LogLevel.None);
  const both = build(builder);
  const recovered = new Promise((resolve) => both.onrecovered(resolve));
  await both.start();
  expect(await both.refreshAuthentication()).toBeGreaterThan(0);
  cuttable.cut();
  expect(await recovered).toMatchObject({ reason: 'unsupported' });
  expect(await both.refreshAuthentication()).toBeGreaterThan(0);
  await both.stop();
  await cuttable.close();
});
