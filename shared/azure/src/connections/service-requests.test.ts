import { afterEach, beforeEach, expect, test } from 'vitest';
import { ServiceMessageType as Type } from '../service-protocol/index.ts';
import { type ChatApp, negotiate, silent, startChat } from '../testing/chat-app.ts';
import {
  type FakeServerConnection,
  type FakeService,
  startFakeService,
} from '../testing/fake-service.ts';

let service: FakeService;
let app: ChatApp | undefined;
beforeEach(async () => {
  service = await startFakeService();
});
afterEach(async () => {
  await app?.close();
  app = undefined;
  await service.close();
});

async function start(azure: Parameters<typeof startChat>[0] = {}): Promise<FakeServerConnection> {
  app = await startChat({ connectionString: service.connectionString, ...azure });
  await expect.poll(() => app?.signalr.health().status).toBe('Healthy');
  return service.connections[0] as FakeServerConnection;
}
const open = (): FakeServerConnection[] => service.connections.filter(({ isOpen }) => isOpen);

test('a further connection that the service refuses is logged, and not tried again', async () => {
  const warnings: string[] = [];
  const warn = (...line: unknown[]): void => void warnings.push(line.join(' '));
  const first = await start({ maxHubServerConnectionCount: 2, logger: { ...silent, warn } });
  service.status = 503;
  first.send({ type: Type.Ping, messages: ['target', 'instance 2'] });
  await expect.poll(() => warnings).toEqual([expect.stringContaining('503')]);
  service.status = 101;
  first.send({ type: Type.Ping, messages: ['echo', 'heard'] });
  await expect.poll(() => first.of(Type.Ping).at(-1)?.messages).toEqual(['echo', 'heard']);
  expect(service.connections).toHaveLength(1);
});

test('an app that closes while a further connection opens does not log a failure', async () => {
  const warnings: string[] = [];
  const warn = (...line: unknown[]): void => void warnings.push(line.join(' '));
  let giveToken: (() => void) | undefined;
  let requestCount = 0;
  const credential = {
    getToken: async () => {
      requestCount += 1;
      if (requestCount > 1) await new Promise<void>((resolve) => (giveToken = resolve));
      return { token: 'a token', expiresOnTimestamp: Date.now() + 60_000 };
    },
  };
  app = await startChat({
    endpoints: [{ endpoint: service.url, credential }],
    maxHubServerConnectionCount: 2,
    logger: { ...silent, warn },
  });
  await expect.poll(() => app?.signalr.health().status).toBe('Healthy');
  service.connections[0]?.send({ type: Type.Ping, messages: ['target', 'instance 2'] });
  await expect.poll(() => giveToken).toBeDefined();
  await app.close();
  app = undefined;
  giveToken?.();
  await new Promise((resolve) => setImmediate(resolve));
  expect(warnings).toEqual([]);
  expect(service.connections).toHaveLength(1);
});

test('only the connection that the service will close is replaced', async () => {
  const first = await start({ initialHubServerConnectionCount: 2 });
  await expect.poll(() => open().length).toBe(2);
  const other = open().find((one) => one !== first) as FakeServerConnection;
  await expect.poll(() => other.of(Type.HandshakeRequest).length).toBe(1);
  const announce = (operation: number): void =>
    first.send({
      type: Type.ConnectionFlowControl,
      id: other.query('cid'),
      objectType: 2,
      operation,
    });
  announce(1); // pausing a server connection is not defined
  announce(4);
  await expect.poll(() => service.connections[2]?.of(Type.HandshakeRequest).length).toBe(1);
  announce(4);
  first.send({ type: Type.Ping, messages: ['echo', 'heard'] });
  await expect.poll(() => first.of(Type.Ping).at(-1)?.messages).toEqual(['echo', 'heard']);
  expect(open()).toHaveLength(3);
});

test('a service error without a text is not logged, and the connection stays', async () => {
  const errors: string[] = [];
  const error = (...line: unknown[]): void => void errors.push(line.join(' '));
  const first = await start({ logger: { ...silent, error } });
  first.send({ type: Type.ServiceError, errorMessage: '' });
  first.send({ type: Type.Ping, messages: ['echo', 'heard'] });
  await expect.poll(() => first.of(Type.Ping).at(-1)?.messages).toEqual(['echo', 'heard']);
  expect(errors).toEqual([]);
});

test('the token of a client has the poll interval in seconds, at least 1', async () => {
  await start({ maxPollInterval: 20_000 });
  expect((await negotiate(app as ChatApp)).claims['asrs.s.ttl']).toBe('20');
  await app?.close();
  await start({ maxPollInterval: 400 });
  expect((await negotiate(app as ChatApp)).claims['asrs.s.ttl']).toBe('1');
});
