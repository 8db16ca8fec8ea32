import type { OutcomeGroup } from '@practical-signalr/lesson-kit/client';
import { type LabClient, openClient, withClientsOf } from './connections.ts';
import { change } from './control-panel.ts';

/** The columns of the experiments, which succeed. */
export const EXPERIMENT_COLUMNS = ['Try it', 'What happens', 'Why', 'Remember'];

/** The experiments of this lesson. */
export const experiments: readonly OutcomeGroup[] = [
  {
    heading: 'What the service does',
    outcomes: [
      {
        action: 'Open ten clients',
        expected: 'Ten more clients, and the app still has 5 connections.',
        why: 'Clients connect to the service. The app opens five server connections for each hub, and all clients share them.',
        cure: 'The number of sockets at the app does not depend on the number of clients.',
        attempt: openTen,
      },
      {
        action: 'Start a second instance and send to a group',
        expected: 'A message to the group, sent by instance 2, reached the client of instance 1.',
        why: 'Groups are in the service. Both instances are connected to it.',
        cure: 'No Redis and no sticky sessions are needed.',
        attempt: sendToGroup,
      },
      {
        action: 'Let a C# server join',
        expected: 'sent by C# server, delivered by the service',
        isExpected: /sent by C# server, delivered by the service|No \.NET SDK/,
        why: 'The service protocol is the same in both SDKs, and so is the name of the hub.',
        cure: 'The service chooses the instance, so it may need several connections.',
        attempt: chatWithDotnet,
      },
    ],
  },
];

async function serverConnections(): Promise<unknown> {
  const { instances } = await change();
  return instances[0]?.health.data['serverConnections'];
}

async function openTen(): Promise<string> {
  const opened: LabClient[] = [];
  try {
    while (opened.length < 10) opened.push(await openClient());
    return `Ten more clients, and the app still has ${String(await serverConnections())} connections.`;
  } finally {
    await Promise.all(opened.map(({ connection }) => connection.stop()));
  }
}

async function sendToGroup(): Promise<string> {
  await change({ start: true });
  return withClientsOf(['instance 1', 'instance 2'], async ([a, b]) => {
    await a!.connection.invoke('JoinGroup', 'Lab');
    await b!.connection.invoke('SendMessageToGroup', 'Lab', 'to the group');
    const sentBy = await a!.wait('to the group');
    return `A message to the group, sent by ${sentBy}, reached the client of ${a!.instance()}.`;
  });
}

async function chatWithDotnet(): Promise<string> {
  const { dotnet } = await change({ dotnet: 'running' });
  if (dotnet === 'absent') return 'No .NET SDK is installed, so no C# server can start.';
  return withClientsOf(['instance 1', 'C# server'], async ([a, b]) => {
    await b!.connection.invoke('SendMessageToAll', 'Hello from C#');
    return `'Hello from C#', sent by ${await a!.wait('Hello from C#')}, delivered by the service`;
  });
}
