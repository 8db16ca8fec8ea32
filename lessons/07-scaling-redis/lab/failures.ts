import {
  describeAttempt,
  fetchText,
  type OutcomeGroup,
} from '@practical-signalr/lesson-kit/client';
import { HttpTransportType } from '@microsoft/signalr';
import { buildConnection, type Target, withClients } from './connections.ts';
import { change } from './control-panel.ts';
import { sendWithoutRedis } from './stop-redis.ts';

const webSockets = { transport: HttpTransportType.WebSockets };
const longPolling = { transport: HttpTransportType.LongPolling };
const roundRobin = { balancer: 'round-robin' } as const;

/** The failures that are new in this lesson, grouped by cause. */
export const failures: readonly OutcomeGroup[] = [
  {
    heading: 'Round-robin: the requests of a connection go to different instances',
    outcomes: [
      {
        action: 'Connect through round-robin',
        expected: 'negotiate 200 from instance 1, websocket 404 from instance 2',
        why: 'Instance 1 negotiates. Instance 2 gets the WebSocket and does not know this connection.',
        cure: 'Use sticky sessions: all requests of a client go to the same instance.',
        attempt: () => describe({ ...roundRobin, options: webSockets }),
        tryCure: () => describe({ balancer: 'sticky', options: webSockets }),
      },
      {
        action: 'Read the body of the 404',
        expected: '404 No Connection with that ID',
        why: 'A browser hides the response to a refused WebSocket. A request with `fetch` shows it.',
        cure: 'Use sticky sessions.',
        attempt: readBody,
      },
      {
        action: 'Skip negotiation, with Long Polling',
        expected: 'Negotiation can only be skipped when using the WebSocket transport directly.',
        why: 'Only a WebSocket is a single request. Long Polling needs many, and all need one instance.',
        cure: 'Set `skipNegotiation` and allow only WebSockets. Then no request depends on another one.',
        attempt: () =>
          describe({ ...roundRobin, options: { ...longPolling, skipNegotiation: true } }),
        tryCure: () =>
          describe({ ...roundRobin, options: { ...webSockets, skipNegotiation: true } }),
      },
      {
        action: 'Use a signed connection token, with Long Polling',
        expected: 'negotiate 200 from instance 1, poll 404 from instance 2',
        why: 'A signed token lets any instance accept a WebSocket. A poll still needs its instance.',
        cure: 'Use WebSockets with `connectionTokens: { keys }`, an addition of this project.',
        attempt: () => describe({ ...roundRobin, hub: '/signed/messages', options: longPolling }),
        tryCure: () => describe({ ...roundRobin, hub: '/signed/messages', options: webSockets }),
      },
    ],
  },
  {
    heading: 'No backplane: each instance knows only its own clients',
    note: 'this restarts both instances',
    outcomes: [
      {
        action: 'Turn the backplane off and send to all',
        expected: 'Client B on instance 2 did not receive the message.',
        why: '`clients.all` are the clients of the process. No error is reported.',
        cure: 'One line: `scaleOut: redis({ url })`.',
        attempt: () => sendAcross('none'),
        tryCure: () => sendAcross('redis'),
      },
    ],
  },
  {
    heading: 'Two apps share one Redis',
    outcomes: [
      {
        action: 'Let another app send to its clients',
        expected: 'Our client received: Your parcel is on its way',
        why: 'Channels are named after the hub class, and both apps have a `MessageHub`. The number of the database does not matter.',
        cure: "Give each app its own prefix: `redis({ url, channelPrefix: 'shop.' })`.",
        attempt: () => receiveFromAnotherApp(''),
        tryCure: () => receiveFromAnotherApp('shop.'),
      },
    ],
  },
  {
    heading: 'Redis stops',
    outcomes: [
      {
        action: 'Stop Redis, send, and start it again',
        expected: 'The caller received its message. Client B did not receive the message to all.',
        why: 'Each instance still serves its own clients, but no message gets across.',
        cure: 'Subscriptions return by themselves. Lost messages do not: watch `signalr.health()`.',
        attempt: sendWithoutRedis,
      },
    ],
  },
];

const describe = (target: Target): Promise<string> => describeAttempt(buildConnection(target));

async function readBody(): Promise<string> {
  const headers = { authorization: `Bearer ${await fetchText('/token?name=alice')}` };
  const query = 'instance=instance%201&balancer=round-robin';
  const negotiated = await fetch(`/messages/negotiate?negotiateVersion=1&${query}`, {
    method: 'POST',
    headers,
  });
  const { connectionToken } = (await negotiated.json()) as { connectionToken: string };
  const response = await fetch(`/messages?id=${connectionToken}&${query}`, { headers });
  const instances = [negotiated, response].map((each) => each.headers.get('x-instance'));
  return `Negotiated with ${instances[0]}, then ${instances[1]} answered ${response.status} ${await response.text()}`;
}

async function sendAcross(backplane: 'none' | 'redis'): Promise<string> {
  await change({ backplane });
  return withClients([{ instance: 'instance 1' }, { instance: 'instance 2' }], async ([a, b]) => {
    const message = `From instance 1, backplane ${backplane}`;
    await a.connection.invoke('SendMessageToAll', message);
    if (backplane === 'redis') await b.wait(message);
    // Without a backplane, a later message shows that the first one does not arrive.
    await b.connection.invoke('SendMessageToAll', 'From instance 2');
    await b.wait('From instance 2');
    return b.received.includes(message)
      ? 'Client B on instance 2 received the message.'
      : 'Client B on instance 2 did not receive the message.';
  });
}

async function receiveFromAnotherApp(channelPrefix: string): Promise<string> {
  return withClients([{}], async ([client]) => {
    await change({ anotherApp: { channelPrefix } });
    const last = 'The other app has sent';
    await client.connection.invoke('SendMessageToAll', last);
    await client.wait(last);
    const foreign = client.received.filter((message) => message !== last);
    return foreign.length > 0
      ? `Our client received: ${foreign.join(', ')}`
      : 'Our client received nothing from the other app.';
  });
}
