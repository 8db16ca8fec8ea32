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
import { RecoveryProtocol } from './recovery-protocol.ts';
import { testKey, testToken } from '../testing/test-token.ts';
import { withAuthenticationRefresh } from './with-authentication-refresh.ts';
import { type RecoveringHubConnection, withRecovery } from './with-recovery.ts';

class EchoHub extends Hub {
  echo(text: string): string {
    return text;
  }
}

let server: TestServer;
let proxy: CuttingProxy;
let connection: RecoveringHubConnection;
let errors: string[];
beforeEach(async () => {
  server = await testServer((signalr) => signalr.mapHub('/hub', EchoHub, { methods: ['echo'] }));
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
    signalr.mapHub('/hub', EchoHub, {
      methods: ['echo'],
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

test('a builder that fails builds the same connection later', async () => {
  const builder = withRecovery(new HubConnectionBuilder().configureLogging(LogLevel.None));
  expect(() => builder.build()).toThrow('withUrl');
  expect(() => builder.build()).toThrow('withUrl');
  // An official client on a server cannot resolve this URL.
  builder.withUrl('/hub');
  expect(() => builder.build()).toThrow("Cannot resolve '/hub");
  builder.withUrl(`${server.url}/hub?room=1`);
  for (const built of [builder.build(), builder.build()]) {
    expect(new URL(built.baseUrl).search).toBe('?room=1&recovery=1');
    const { _protocol: protocol } = built as unknown as { _protocol: object };
    expect(protocol).toBeInstanceOf(RecoveryProtocol);
    expect(Object.values(protocol)).toContain('json');
  }
});

test('a client that is already connected cannot be started, and still receives messages', async () => {
  await connection.start();
  await expect(connection.start()).rejects.toThrow('Disconnected');
  expect(await connection.invoke('echo', 'a')).toBe('a');
});
