import {
  HttpTransportType,
  HubConnectionBuilder,
  type ILogger,
  LogLevel,
} from '@microsoft/signalr';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Hub } from '../index.ts';
import { type CuttingProxy, startCuttingProxy } from '../testing/cutting-proxy.ts';
import { testServer, type TestServer } from '../testing/index.ts';
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
