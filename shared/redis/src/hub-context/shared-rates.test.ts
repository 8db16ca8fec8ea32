import { Hub } from '@practical-signalr/server';
import { testServer, type TestServer } from '@practical-signalr/server/testing';
import { afterEach, expect, test } from 'vitest';
import { startInProcessBroker } from '../local/index.ts';
import { redisHubContext } from './redis-hub-context.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanups.splice(0).reverse()) await cleanUp();
});

class ChatHub extends Hub {
  say(): string {
    return 'said';
  }
}

/** A rate whose bucket does not fill again during a test. */
const callsPerUser = { tokenLimit: 3, tokensPerSecond: 1e-6 };

async function start(url: string): Promise<TestServer> {
  const context = redisHubContext({ url, hub: 'ChatHub' });
  const limits = { callsPerUser, shareRates: context.serverMessages };
  const server = await testServer(
    (signalr) => signalr.mapHub('/chat', ChatHub, { methods: ['say'], limits }),
    {
      userIdProvider: { getUserId: ({ request }) => request.query.get('user') },
    },
  );
  cleanups.push(async () => {
    await server.close();
    await context.close();
  });
  return server;
}

const say = async (server: TestServer, user: string): Promise<unknown> => {
  const connection = await server.connect(`/chat?user=${user}`);
  const answer = await connection.invoke('say').catch((error: Error) => error.message);
  await connection.stop();
  return answer;
};

test('the rate of a user applies to two servers together', async () => {
  const broker = await startInProcessBroker();
  cleanups.push(() => broker.close());
  const [one, two] = [await start(broker.url), await start(broker.url)];
  // Reports follow some time after the calls, so each round asks about the user of the round
  // before.
  let user = '';
  let round = 0;
  const askServerTwo = async (): Promise<unknown> => {
    const answer = user === '' ? undefined : await say(two, user);
    user = `user ${round++}`;
    for (let call = 0; call < 3; call++) expect(await say(one, user)).toBe('said');
    return answer;
  };
  await expect
    .poll(askServerTwo, { interval: 300, timeout: 30_000 })
    .toContain('the rate limit is exceeded');
  expect(await say(two, 'bob')).toBe('said');
});
