import { describeAttempt, type OutcomeGroup } from '@practical-signalr/lesson-kit/client';
import { HttpTransportType } from '@microsoft/signalr';
import { buildConnection, type LabClient, openClient, withClientsOf } from './connections.ts';
import { change } from './control-panel.ts';

const webSockets = { transport: HttpTransportType.WebSockets };

/** The failures that are new in this lesson, grouped by cause. */
export const failures: readonly OutcomeGroup[] = [
  {
    heading: 'The client does not reach the service',
    outcomes: [
      {
        action: 'Skip negotiation',
        expected: 'websocket 404',
        why: 'Without negotiate, the client does not know the address of the service. The cure of lesson 7 does not work here.',
        cure: 'Negotiate: remove `skipNegotiation`.',
        attempt: () =>
          describeAttempt(buildConnection({ options: { ...webSockets, skipNegotiation: true } })),
        tryCure: () => describeAttempt(buildConnection({ options: webSockets })),
      },
      {
        action: 'Use a wrong key',
        expected: 'Azure SignalR Service is not connected yet, please try again later.',
        why: 'The service refuses the server connections with 401, so the app answers negotiate with 500. Its log says so, without the key.',
        cure: 'Use the connection string of this service. The same message appears for a moment at each start: let clients try again.',
        attempt: () => describeAttempt(buildConnection({ hub: '/wrong/messages' })),
      },
      {
        action: 'Open clients until the quota of 20 is reached',
        expected: '15 clients connected. Client 16: ',
        isExpected: /^15 clients connected\. Client 16: .*429/,
        why: 'The service counts server connections too, and one app has five.',
        cure: 'Use a larger unit, or set `initialHubServerConnectionCount` to 1 or 2.',
        attempt: fillQuota,
      },
    ],
  },
  {
    heading: 'Two apps share one service',
    outcomes: [
      {
        action: 'Let another app send to its clients',
        expected: 'Our client received: Your parcel is on its way',
        why: 'The service knows a hub only by the name of its class. Clients may even be routed to the other app.',
        cure: "Give each app its own name: `azureSignalR({ applicationName: 'shop' })`.",
        attempt: () => receiveFromAnotherApp(''),
        tryCure: () => receiveFromAnotherApp('shop'),
      },
    ],
  },
  {
    heading: 'The app stops',
    outcomes: [
      {
        action: 'Kill the instance of a client',
        expected: 'Instance 2 is gone. Its client was closed without an error.',
        why: 'The service holds the socket, but the hub of this connection ran in the app.',
        cure: 'Use `withAutomaticReconnect()`. For planned restarts, use `gracefulShutdown` with `MigrateClients`.',
        attempt: killInstance,
      },
    ],
  },
];

async function fillQuota(): Promise<string> {
  const opened: LabClient[] = [];
  try {
    for (;;) opened.push(await openClient({ hub: '/small/messages' }));
  } catch (error) {
    return `${opened.length} clients connected. Client ${opened.length + 1}: ${(error as Error).message}`;
  } finally {
    await Promise.all(opened.map(({ connection }) => connection.stop()));
  }
}

async function receiveFromAnotherApp(applicationName: string): Promise<string> {
  return withClientsOf(['instance 1'], async ([client]) => {
    await change({ anotherApp: { applicationName } });
    const last = 'The other app has sent';
    await client!.connection.invoke('SendMessageToAll', last);
    await client!.wait(last);
    const foreign = client!.received.filter((message) => message !== last);
    return foreign.length > 0
      ? `Our client received: ${foreign.join(', ')}`
      : 'Our client received nothing from the other app.';
  });
}

async function killInstance(): Promise<string> {
  await change({ start: true });
  return withClientsOf(['instance 2'], async ([client]) => {
    const closed = new Promise<string>((resolve) => {
      client!.connection.onclose((error) => resolve(error?.message ?? 'without an error'));
    });
    await change({ kill: 'instance 2' });
    return `Instance 2 is gone. Its client was closed ${await closed}.`;
  });
}
