import { fetchText, type OutcomeGroup } from '@practical-signalr/lesson-kit/client';
import { withClients } from './connections.ts';
import { change } from './control-panel.ts';

/** The columns of the experiments, which succeed. */
export const EXPERIMENT_COLUMNS = ['Try it', 'What happens', 'Why', 'Remember'];

const both = [{ instance: 'instance 1' }, { instance: 'instance 2' }] as const;
const GROUP = 'Lab';

/** The experiments of this lesson. */
export const experiments: readonly OutcomeGroup[] = [
  {
    heading: 'What goes through Redis',
    outcomes: [
      {
        action: 'Join a group on both instances',
        expected: 'The channel of the group had 1 subscriber, then 2. DBSIZE is 0.',
        // Presence keeps keys, if that experiment has run.
        isExpected: /^The channel of the group had 1 subscriber, then 2\. DBSIZE is \d+\.$/,
        why: 'An instance subscribes to a channel for each connection, user and group that it has, and to one for all.',
        cure: 'Redis keeps no list of clients: nothing is stored.',
        attempt: joinGroup,
      },
      {
        action: 'Announce at instance 1',
        expected: 'The client of instance 2 received the announcement.',
        why: 'The hub context of lesson 5 uses the backplane too.',
        cure: 'A process without clients can send, if it maps the hub and has the same backplane.',
        attempt: announce,
      },
      {
        action: 'Ask who is in a group',
        expected: 'In the group: alice on instance 1, bob on instance 2',
        why: 'SignalR cannot list the members of a group. The option `presence` of `redis()`, an addition of this project, keeps a list in Redis keys, so that DBSIZE grows.',
        cure: 'State in process memory, such as a list of users, breaks with the second instance.',
        attempt: listMembers,
      },
      {
        action: 'Chat with a C# server',
        expected: 'sent by C# server, delivered by instance 1',
        isExpected: /sent by C# server, delivered by instance 1|No \.NET SDK/,
        why: 'Channels and messages are those of `Microsoft.AspNetCore.SignalR.StackExchangeRedis`.',
        cure: 'The names of the hubs must match, including the namespace.',
        attempt: chatWithDotnet,
      },
    ],
  },
];

async function subscribersOfGroup(): Promise<number> {
  const { redis } = await change();
  const channel = redis.view?.channels.find(({ name }) => name === `MessageHub:group:${GROUP}`);
  return channel?.subscribers ?? 0;
}

function joinGroup(): Promise<string> {
  return withClients(both, async ([a, b]) => {
    await a.connection.invoke('JoinGroup', GROUP);
    const first = await subscribersOfGroup();
    await b.connection.invoke('JoinGroup', GROUP);
    const second = await subscribersOfGroup();
    const { redis } = await change();
    return `The channel of the group had ${first} subscriber, then ${second}. DBSIZE is ${redis.view?.keys}.`;
  });
}

function announce(): Promise<string> {
  return withClients([{ instance: 'instance 2' }], async ([client]) => {
    const response = await fetch('/announcement?instance=instance%201', {
      method: 'POST',
      headers: { authorization: `Bearer ${await fetchText('/token?name=alice')}` },
      body: new URLSearchParams({ message: 'An announcement' }),
      redirect: 'manual',
    });
    if (response.type !== 'opaqueredirect') return `The server answered ${response.status}.`;
    await client.wait('An announcement');
    return 'The client of instance 2 received the announcement.';
  });
}

function listMembers(): Promise<string> {
  const hub = '/presence/messages';
  const targets = [
    { hub, instance: 'instance 1', name: 'alice' },
    { hub, instance: 'instance 2', name: 'bob' },
  ] as const;
  return withClients(targets, async (clients) => {
    for (const { connection } of clients) await connection.invoke('JoinGroup', GROUP);
    return fetchText(`/presence/members/${GROUP}`);
  });
}

async function chatWithDotnet(): Promise<string> {
  const { dotnet } = await change({ dotnet: 'running' });
  if (dotnet === 'absent') return 'No .NET SDK is installed, so no C# server can start.';
  return withClients([{ instance: 'instance 1' }, { instance: 'C# server' }], async ([a, b]) => {
    await b.connection.invoke('SendMessageToAll', 'Hello from C#');
    return `'Hello from C#', sent by ${await a.wait('Hello from C#')}, delivered by instance 1`;
  });
}
