import { createClient } from '@redis/client';
import { LifetimeSuiteClient } from '@practical-signalr/server/lifetime-suite';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, expect, test as baseTest } from 'vitest';
import { type RedisServerProcess, startRedisServer } from './local/index.ts';
import type { RedisOptions } from './redis-options.ts';
import { redis } from './redis.ts';
import { type Certificates, createCertificates } from './testing/certificates.ts';
import { LoggedHub } from './testing/logged-hub.ts';
import { hasRedisServer } from './testing/redis-server-installed.ts';
import { expectFullDelivery, startPair } from './testing/server-pair.ts';

const test = baseTest.skipIf(!hasRedisServer);

let certificates: Certificates;
/** Requires client certificates; `open` does not. */
let strict: RedisServerProcess;
let open: RedisServerProcess;
const cleanups: (() => Promise<unknown> | undefined)[] = [];
beforeAll(async () => {
  if (!hasRedisServer) return;
  certificates = createCertificates();
  const { files: tls } = certificates;
  strict = await startRedisServer({ tls });
  open = await startRedisServer({ tls, args: ['--tls-auth-clients', 'no'] });
});
afterEach(async () => {
  for (const cleanUp of cleanups.splice(0).reverse()) await cleanUp();
});
afterAll(async () => {
  await Promise.all([strict, open].map((server) => server?.close()));
  certificates?.remove();
});

/** Returns the log message of a server that cannot connect with these options. */
async function connectionProblem(options: RedisOptions): Promise<string> {
  const log = new LoggedHub();
  const manager = redis(options)(log.hub);
  cleanups.push(() => manager.close?.());
  return log.logged(/does not reach/);
}

const withCertificate = (socket: object, url = strict.url) =>
  createClient({ url, disableOfflineQueue: true, socket: { tls: true, ...socket } });

test('a client with its own certificate authority and a client certificate: full delivery', async () => {
  const client = withCertificate({ ca: certificates.ca, ...certificates.client });
  const [a, b] = await startPair({ client });
  cleanups.push(() => Promise.all([a.close(), b.close()]));
  await expectFullDelivery(a, b);
});

test('rediss:// trusts the certificate authority of NODE_EXTRA_CA_CERTS, as Node does', async () => {
  const log = new LoggedHub();
  const client = withCertificate({ ca: certificates.ca }, open.url);
  const manager = redis({ client })(log.hub);
  cleanups.push(() => manager.close?.());
  const ann = new LifetimeSuiteClient('ann');
  await manager.onConnected(ann);
  const child = fork(
    fileURLToPath(new URL('testing/tls-process.ts', import.meta.url)),
    [open.url],
    {
      execArgv: ['--conditions=@practical-signalr/source', '--import=tsx'],
      env: { ...process.env, NODE_EXTRA_CA_CERTS: certificates.files.ca },
    },
  );
  cleanups.push(async () => void child.kill());
  expect(await once(child, 'message')).toEqual([
    ['ChatHub reaches other servers over Redis.'],
    undefined,
  ]);
  const received = once(child, 'message');
  await manager.sendUser('bob', 'm', ['there']);
  expect(await received).toEqual([['there'], undefined]);
  expect((await ann.next()).arguments).toEqual(['back']);
});

test('each problem with TLS is one message', async () => {
  expect(await connectionProblem({ url: open.url })).toMatch(
    /certificate of Redis is not trusted \((SELF|UNABLE)\w+\)\./,
  );
  expect(await connectionProblem({ url: strict.url.replace('rediss', 'redis') })).toContain(
    'If Redis requires TLS',
  );
  const withoutClientCertificate = withCertificate({ ca: certificates.ca });
  expect(await connectionProblem({ client: withoutClientCertificate })).toContain(
    'requires client certificates',
  );
  const plain = await startRedisServer();
  cleanups.push(() => plain.close());
  const notTls = { url: plain.url.replace('redis', 'rediss'), heartbeatTimeout: 200 };
  expect(await connectionProblem(notTls)).toContain(
    'use TLS (rediss://) only if Redis requires it',
  );
});
