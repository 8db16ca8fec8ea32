import {
  buildDotnet,
  type BuiltDotnet,
  hasDotnet,
  startDotnet,
} from '@practical-signalr/lesson-kit/instances';
import { HubConnectionBuilder, LogLevel } from '@microsoft/signalr';
import { MessagePackHubProtocol } from '@microsoft/signalr-protocol-msgpack';
import { redisHubContext } from '@practical-signalr/redis';
import { findRedis, type FoundRedis } from '@practical-signalr/redis/local';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTwin } from '../twin/start-twin.ts';
import { verifyBackplane } from './verify-backplane.ts';

let server: FoundRedis;
let redis: string;
let project: BuiltDotnet;
/** Makes the .NET server log its address only. */
const quiet = {
  Logging__LogLevel__Default: 'None',
  'Logging__LogLevel__Microsoft.Hosting.Lifetime': 'Information',
};

beforeAll(async () => {
  // If no redis-server is installed, this starts the in-process substitute.
  server = await findRedis({ PATH: process.env['PATH'] });
  redis = new URL(server.url).host;
  if (hasDotnet())
    project = await buildDotnet(new URL('../../dotnet/Interop.csproj', import.meta.url));
});
afterAll(() => server.close());

describe.concurrent('two servers on one Redis', () => {
  test('two twins: 44 of 44', async () => {
    const twins = [
      await startTwin(0, { redis, prefix: 'own.' }),
      await startTwin(0, { redis, prefix: 'own.' }),
    ] as const;
    expect(await verifyBackplane(twins[0].url, twins[1].url)).toEqual(['44 passed, 0 failed']);
    for (const twin of twins) await twin.close();
  });

  test.skipIf(!hasDotnet()).each([
    ['the twin first', '', true],
    ['the twin second, with a prefix', 'lab.', false],
  ])(
    'an ASP.NET Core server, %s, with history and hand-over: 44 of 44',
    async (_name, prefix, first) => {
      // The in-process substitute stores nothing.
      const isRecoverable = server.kind === 'redis-server';
      const dotnet = await startDotnet('ASP.NET Core', project, { ...quiet, redis, prefix });
      const twin = await startTwin(0, { redis, prefix, isRecoverable });
      const urls = first ? ([twin.url, dotnet.url] as const) : ([dotnet.url, twin.url] as const);
      expect(await verifyBackplane(...urls)).toEqual(['44 passed, 0 failed']);
      await twin.close();
      await dotnet.close();
    },
    180_000,
  );

  test.skipIf(!hasDotnet())(
    'a hub context without a hub reaches the clients of an ASP.NET Core server',
    async () => {
      const prefix = 'worker.';
      const dotnet = await startDotnet('ASP.NET Core', project, { ...quiet, redis, prefix });
      const hub = 'Interop.ChatHub';
      const chat = redisHubContext({ url: server.url, hub, channelPrefix: prefix });
      const [json, messagePack] = [
        await connect(dotnet.url, 'ada'),
        await connect(dotnet.url, 'bob'),
      ];
      await chat.groups.add(json.id, 'room');
      await chat.groups.add(messagePack.id, 'room');
      await chat.clients.all.send('Receive', 'all');
      await chat.clients.group('room').send('Receive', 'group');
      // Channels have no common order, so 'group' could arrive after the removal from the group.
      await Promise.all([json.received(2), messagePack.received(2)]);
      await chat.groups.remove(json.id, 'room');
      await chat.clients.group('room').send('Receive', 'group of one');
      await chat.clients.user('ada').send('Receive', 'user');
      await chat.clients.client(messagePack.id).send('Receive', 'connection');
      expect(await chat.clients.client(json.id).invoke('Answer', 'why?')).toBe('ada: why?');
      expect(await chat.clients.client(messagePack.id).invoke('Answer', 'why?')).toBe('bob: why?');
      expect((await json.received(3)).toSorted()).toEqual(['all', 'group', 'user']);
      const texts = ['all', 'connection', 'group', 'group of one'];
      expect((await messagePack.received(4)).toSorted()).toEqual(texts);
      const { clientManager, userGroups } = chat;
      expect(await clientManager.userExists('ada')).toBe(true);
      expect(await clientManager.groupExists('room')).toBe(true);
      expect(await clientManager.connectionExists('nobody')).toBe(false);
      // .NET's format has no message for this operation, and no Node server runs.
      await expect(userGroups.add('ada', 'room')).rejects.toMatchObject({
        code: 'ERR_SIGNALR_REDIS_NO_SERVER',
      });
      await Promise.all([json.close(), messagePack.close()]);
      await chat.close();
      await dotnet.close();
    },
    180_000,
  );
});

/** Connects the official client: with JSON for ada, and with MessagePack for all others. */
async function connect(url: string, user: string) {
  const builder = new HubConnectionBuilder()
    .withUrl(`${url}/messages?user=${user}`)
    .configureLogging(LogLevel.None);
  if (user !== 'ada') builder.withHubProtocol(new MessagePackHubProtocol());
  const connection = builder.build();
  const texts: string[] = [];
  let notify = (): void => undefined;
  connection.on('Receive', (text: string) => {
    texts.push(text);
    notify();
  });
  connection.on('Answer', (question: string) => `${user}: ${question}`);
  await connection.start();
  const { connectionId } = await connection.invoke<{ connectionId: string }>('WhoAmI');
  const received = async (count: number): Promise<string[]> => {
    while (texts.length < count) await new Promise<void>((resolve) => (notify = resolve));
    return texts;
  };
  return { id: connectionId, received, close: () => connection.stop() };
}
