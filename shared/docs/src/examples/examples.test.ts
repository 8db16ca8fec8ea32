import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type AuthenticationHandler, Hub, type Logger } from '@practical-signalr/server';
import { testServer } from '@practical-signalr/server/testing';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { docsFolder } from '../build-site.ts';
import { jwksAuthentication } from './jwks-authentication.ts';
import { pinoLogger } from './pino-logger.ts';
import { Tickets } from './tickets.ts';

class WhoHub extends Hub {
  who() {
    return this.context.userIdentifier;
  }
  fail() {
    throw new Error('The database is unavailable.');
  }
}

/** Starts a server with a hub that only authenticated users can call. */
async function startServer(authentication: AuthenticationHandler | 'none', logger?: Logger) {
  const server = await testServer(
    { '/who': { hub: WhoHub, methods: ['who', 'fail'], ...requireUser(authentication) } },
    { authentication, ...(logger === undefined ? {} : { logger }) },
  );
  onTestFinished(() => server.close());
  return server;
}

const requireUser = (authentication: AuthenticationHandler | 'none'): { authorize?: true } =>
  authentication === 'none' ? {} : { authorize: true };

test.each([
  ['pino-logger.ts', 'guides/logging.md'],
  ['jwks-authentication.ts', 'guides/authentication.md'],
  ['tickets.ts', 'guides/authentication.md'],
])('%s is the code of %s', (file, page) => {
  const code = readFileSync(join(docsFolder, 'src/examples', file), 'utf8');
  expect(readFileSync(join(docsFolder, page), 'utf8')).toContain(`\`\`\`ts\n${code}\`\`\``);
});

test('pino receives the error of a hub method with its message and stack', async () => {
  const lines: string[] = [];
  const logger = pinoLogger(pino({ base: null }, { write: (line: string) => lines.push(line) }));
  const server = await startServer('none', logger);
  const client = await server.connect('/who');
  await expect(client.invoke('fail')).rejects.toThrow('An unexpected error occurred');
  logger.warn('A warning', 'with a reason');

  const [failure, warning] = lines.map((line) => JSON.parse(line) as object);
  const err: unknown = expect.objectContaining({
    message: 'The database is unavailable.',
    stack: expect.stringContaining('examples.test.ts') as unknown,
  });
  expect(failure).toMatchObject({ level: 50, msg: 'WhoHub.fail failed.', err });
  expect(warning).toMatchObject({ level: 40, msg: 'A warning', details: ['with a reason'] });
});

test('a token of an identity provider is checked with the keys that it publishes', async () => {
  const { publicKey, privateKey } = await generateKeyPair('RS256');
  const jwk = { ...(await exportJWK(publicKey)), kid: 'first', alg: 'RS256' };
  const provider = createServer((_request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ keys: [jwk] }));
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void provider.close());
  await once(provider, 'listening');
  const issuer = `http://127.0.0.1:${(provider.address() as AddressInfo).port}`;
  const createToken = (kid: string): Promise<string> =>
    new SignJWT({})
      .setProtectedHeader({ alg: 'RS256', kid })
      .setSubject('ada')
      .setIssuer(issuer)
      .setAudience('chat')
      .setExpirationTime('1m')
      .sign(privateKey);

  const server = await startServer(jwksAuthentication(issuer, 'chat'));
  const token = await createToken('first');
  const client = await server.connect('/who', { accessTokenFactory: () => token });
  expect(await client.invoke('who')).toBe('ada');
  const unknown = await createToken('second');
  await expect(server.connect('/who', { accessTokenFactory: () => unknown })).rejects.toThrow(
    '401',
  );
});

test('a page connects with a ticket, and not with another string', async () => {
  const tickets = new Tickets();
  const server = await startServer(tickets);
  const ticket = tickets.issue({ sub: 'ada' });
  const client = await server.connect('/who', { accessTokenFactory: () => ticket });
  expect(await client.invoke('who')).toBe('ada');
  await expect(server.connect('/who', { accessTokenFactory: () => 'guess' })).rejects.toThrow(
    '401',
  );
});
