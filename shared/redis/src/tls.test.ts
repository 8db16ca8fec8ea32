import { createClient } from '@redis/client';
import { LifetimeSuiteClient } from '@practical-signalr/server/testing';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, expect, test as baseTest } from 'vitest';
import { type RedisServerProcess, startRedisServer } from './local/index.ts';
import type { RedisOptions } from './redis-options.ts';
import { redis } from './redis.ts';
import { type Certificates, makeCertificates } from './testing/certificates.ts';
import { LoggedHub } from './testing/logged-hub.ts';
import { hasRedisServer } from './testing/redis-server-installed.ts';
import { allWorks, startPair } from './testing/server-pair.ts';

const test = baseTest.skipIf(!hasRedisServer);

let certificates: Certificates;
/** One that wants certificates of clients, and one that does not. */
let strict: RedisServerProcess;
let open: RedisServerProcess;
const ends: (() => Promise<unknown> | undefined)[] = [];
beforeAll(async () => {
  if (!hasRedisServer) return;
  certificates = makeCertificates();
  const { files: tls } = certificates;
  strict = await startRedisServer({ tls });
  open = await startRedisServer({ tls, args: ['--tls-auth-clients', 'no'] });
});
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});
afterAll(async () => {
  await Promise.all([strict, open].map((server) => server?.close()));
  certificates?.remove();
});

/** What a server says that starts with these options and does not get through. */
async function complaint(options: RedisOptions): Promise<string> {
  const log = new LoggedHub();
  const manager = redis(options)(log.hub);
  ends.push(() => manager.close?.());
  return log.logged(/does not reach/);
}

const withCertificate = (socket: object, url = strict.url) =>
  createClient({ url, disableOfflineQueue: true, socket: { tls: true, ...socket } });

test('an own authority and a client certificate, by a client: everything goes both ways', async () => {
  const client = withCertificate({ ca: certificates.ca, ...certificates.client });
  const [a, b] = await startPair({ client });
  ends.push(() => Promise.all([a.close(), b.close()]));
  await allWorks(a, b);
});

test('rediss:// trusts what Node trusts: an authority named by NODE_EXTRA_CA_CERTS', async () => {
  const log = new LoggedHub();
  const client = withCertificate({ ca: certificates.ca }, open.url);
  const manager = redis({ client })(log.hub);
  ends.push(() => manager.close?.());
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
  ends.push(async () => void child.kill());
  expect(await once(child, 'message')).toEqual([
    ['ChatHub reaches other servers over Redis.'],
    undefined,
  ]);
  const heard = once(child, 'message');
  await manager.sendUser('bob', 'm', ['there']);
  expect(await heard).toEqual([['there'], undefined]);
  expect((await ann.next()).arguments).toEqual(['back']);
});

test('what is wrong with TLS is one sentence', async () => {
  expect(await complaint({ url: open.url })).toMatch(
    /certificate of Redis is not trusted \((SELF|UNABLE)\w+\)\./,
  );
  expect(await complaint({ url: strict.url.replace('rediss', 'redis') })).toContain(
    'If it wants TLS',
  );
  const nameless = withCertificate({ ca: certificates.ca });
  expect(await complaint({ client: nameless })).toContain('wants a certificate of its clients');
  const plain = await startRedisServer();
  ends.push(() => plain.close());
  const silent = { url: plain.url.replace('redis', 'rediss'), heartbeatTimeout: 200 };
  expect(await complaint(silent)).toContain(
    'is TLS (rediss://) used exactly where Redis wants it?',
  );
});
