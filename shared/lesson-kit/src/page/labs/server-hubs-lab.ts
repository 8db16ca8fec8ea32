import type { HubConnection } from '@microsoft/signalr';
import { breakConnections } from '../break-connections.ts';
import type { OutcomeGroup } from '../outcomes/explain-outcomes.ts';
import { useConnection, type UsedConnection } from '../outcomes/use-connection.ts';
import type { Lab } from './lab.ts';

const GROUP = 'PrivateGroup';

/**
 * Returns the lab of lesson 4: what goes wrong with connections and groups. Most of it fails
 * silently.
 * @param path the path of the lab. Its server maps hubs at `messages`, `dropped-messages`,
 * `parallel-messages` and
 * `announcing-messages` below it, and `breakConnections` at `/break`.
 * @example showLab(serverHubsLab('/lab'));
 */
export function serverHubsLab(path: string): Lab {
  return {
    lesson: 4,
    title: 'Server hubs',
    failures: describeFailures(path),
    experiments: describeExperiments(path),
  };
}

/** Drops the connection of a member of the group, sends to the group, and returns what arrives. */
function dropAndSend(
  url: string,
  { joinsAgain = false, isStateful = false }: { joinsAgain?: boolean; isStateful?: boolean } = {},
): Promise<string> {
  return useConnection(
    url,
    async ({ connection }) => {
      let received = 0;
      connection.on('ReceiveMessage', () => {
        received += 1;
      });
      const id = connection.connectionId;
      await connection.invoke('JoinGroup', GROUP);
      const reconnected = new Promise<void>((resolve) => {
        connection.onreconnected(async () => {
          if (joinsAgain) await connection.invoke('JoinGroup', GROUP);
          resolve();
        });
      });
      await breakConnections(url);
      if (!isStateful) await reconnected; // A stateful reconnect is invisible to the page.
      await connection.invoke('SendMessageToGroup', GROUP, 'after the drop');
      const id2 = connection.connectionId === id ? 'keeps its id' : 'has a new id';
      return `The connection ${id2}. The message ${received > 0 ? 'arrives' : 'does not arrive'}.`;
    },
    {
      configure(builder) {
        builder.withAutomaticReconnect();
        if (isStateful) builder.withStatefulReconnect();
      },
    },
  );
}

const startThreeCalls = (url: string): Promise<string> =>
  useConnection(url, async ({ connection }) => {
    const start = performance.now();
    const calls = [1, 2, 3].map(() => connection.invoke<number>('WaitForAWhile'));
    const atOnce = Math.max(...(await Promise.all(calls)));
    const took = Math.round(performance.now() - start);
    return `Calls at the same time: ${atOnce}. All three took ${took} ms.`;
  });

const callAndReportSuccess = (
  url: string,
  method: string,
  ...args: readonly string[]
): Promise<string> =>
  useConnection(url, async ({ connection }) => {
    await connection.invoke(method, ...args);
    return 'The call succeeds.';
  });

/** Returns how many copies of a message to the group arrive. */
const sendToGroup = (url: string, joins: number): Promise<string> =>
  useConnection(url, async ({ connection }) => {
    let copies = 0;
    connection.on('ReceiveMessage', () => {
      copies += 1;
    });
    const group = crypto.randomUUID();
    for (let join = 0; join < joins; join++) await connection.invoke('JoinGroup', group);
    await connection.invoke('SendMessageToGroup', group, 'hello');
    return `The call succeeds. Copies: ${copies}.`;
  });

const callTwice = (url: string, method: string): Promise<string> =>
  useConnection(url, async ({ connection }) => {
    const first = await connection.invoke<number>(method);
    const second = await connection.invoke<number>(method);
    return `The calls return ${first} and ${second}.`;
  });

/**
 * Connects two clients to a hub that announces connections, and returns how many are reported to
 * each.
 */
async function connectSecondClient(url: string): Promise<string> {
  const reportsOfFirst: string[] = [];
  const reportsOfSecond: string[] = [];
  const countReports = (reports: string[]) => ({
    prepare: (connection: HubConnection) =>
      connection.on('UserConnected', (id: string) => reports.push(id)),
  });
  const useBoth = ({ connection: first }: UsedConnection): Promise<void> =>
    useConnection(
      url,
      async ({ connection: second }) => {
        // A call completes after everything that the server sent before it.
        await second.invoke('SendMessageToGroup', 'nobody', '');
        await first.invoke('SendMessageToGroup', 'nobody', '');
      },
      countReports(reportsOfSecond),
    );
  await useConnection(url, useBoth, countReports(reportsOfFirst));
  return `Connections that are reported to the first client: ${reportsOfFirst.length}, to the second: ${reportsOfSecond.length}.`;
}

/** Returns the outcomes that fail in lesson 4. */
function describeFailures(path: string): readonly OutcomeGroup[] {
  const messages = `${path}/messages`;
  // A hub of its own, so that no other attempt loses its connection.
  const dropped = `${path}/dropped-messages`;
  return [
    {
      heading: 'A new connection has no groups',
      outcomes: [
        {
          action: 'Drop the connection of a group member',
          expected: 'The connection has a new id. The message does not arrive.',
          why: 'Groups belong to a connection. The client reconnects by itself, and gets a new id that is in no group. No error is reported anywhere.',
          cure: 'Join again in `onreconnected`. Better: let the server derive the groups from the user in `onConnected`, so that no client can forget it.',
          attempt: () => dropAndSend(dropped),
          tryCure: () => dropAndSend(dropped, { joinsAgain: true }),
        },
      ],
    },
    {
      heading: 'A send that succeeds is not a delivery',
      outcomes: [
        {
          action: 'Send to an id that does not exist',
          expected: 'The call succeeds.',
          why: 'A send only passes the message to SignalR. It does not wait for a receiver, and it does not check that there is one.',
          cure: 'If you need a confirmation, let the receiver call a hub method.',
          attempt: () => callAndReportSuccess(messages, 'SendMessageToUser', 'nobody', 'hello'),
        },
        {
          action: 'Send to a group without members',
          expected: 'The call succeeds.',
          why: 'A group exists while it has members. Sending to a group without members is not an error.',
          cure: 'Keep your own list of members if you need one. SignalR has no API for it.',
          attempt: () =>
            callAndReportSuccess(messages, 'SendMessageToGroup', 'an empty group', 'hello'),
        },
      ],
    },
    {
      heading: 'Calls of one connection wait for each other',
      outcomes: [
        {
          action: 'Start three calls of 300 ms at once',
          expected: 'Calls at the same time: 1.',
          why: 'The server runs the calls of one connection one after the other, so all three take 900 ms.',
          cure: 'Raise `maximumParallelInvocationsPerClient`, as the hub of the cure does.',
          attempt: () => startThreeCalls(messages),
          tryCure: () => startThreeCalls(`${path}/parallel-messages`),
        },
      ],
    },
  ];
}

/** Returns the outcomes that succeed in lesson 4, although they are surprising. */
function describeExperiments(path: string): readonly OutcomeGroup[] {
  const messages = `${path}/messages`;
  return [
    {
      heading: 'Connections and groups',
      outcomes: [
        {
          action: 'Drop a connection with stateful reconnect',
          expected: 'The connection keeps its id. The message arrives.',
          why: 'Client and server keep what the other side has not confirmed. The client has 15 s to come back (`disconnectTimeout`), to the same server only. It costs memory per connection.',
          cure: 'Open the lesson with `?stateful` at the end of its address.',
          attempt: () => dropAndSend(`${path}/dropped-messages`, { isStateful: true }),
        },
        {
          action: 'Connect a second client',
          expected: 'Connections that are reported to the first client: 2, to the second: 1.',
          why: '`UserConnected` goes to the connections that exist at that moment. A new client does not learn which clients are already connected.',
          cure: 'Add a method `whoIsHere` that returns ids from a `Set` of your own. Lesson 7 shows what that costs with two servers.',
          attempt: () => connectSecondClient(`${path}/announcing-messages`),
        },
        {
          action: 'Join a group twice',
          expected: 'The call succeeds. Copies: 1.',
          why: 'A connection is in a group or it is not.',
          cure: 'Remove the connection with `this.groups.remove`: how often do you have to call it?',
          attempt: () => sendToGroup(messages, 2),
        },
        {
          action: 'Send to a group without joining it',
          expected: 'The call succeeds. Copies: 0.',
          why: 'A group is an address. It does not protect anything.',
          cure: 'Check in `sendMessageToGroup` that the caller is a member.',
          attempt: () => sendToGroup(messages, 0),
        },
      ],
    },
    {
      heading: 'The lifetime of a hub',
      outcomes: [
        {
          action: 'Count calls in a field',
          expected: 'The calls return 1 and 1.',
          why: 'Each call gets its own hub instance.',
          cure: 'Find out where else you could keep a counter.',
          attempt: () => callTwice(messages, 'CountInField'),
        },
        {
          action: 'Count calls in context.items',
          expected: 'The calls return 1 and 2.',
          why: '`context.items` lives as long as the connection.',
          cure: 'Drop the connection between two calls.',
          attempt: () => callTwice(messages, 'CountInItems'),
        },
      ],
    },
  ];
}
