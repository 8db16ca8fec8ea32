import { addExperiment } from '@practical-signalr/lesson-kit/client';
import { type HubConnection, HubConnectionBuilder, LogLevel } from '@microsoft/signalr';

// Without a contract: half of these calls would not compile with one.
attempt('message to a dead id', (connection) =>
  connection.invoke('SendMessageToUser', 'nobody', 'hello'),
);
attempt('count in a field', (connection) => twice(() => connection.invoke('CountInField')));
attempt('count in context.items', (connection) => twice(() => connection.invoke('CountInItems')));
attempt('three calls of 300 ms at once', async (connection) => {
  const began = performance.now();
  await Promise.all([1, 2, 3].map(() => connection.invoke('Slow')));
  return `One after the other: ${Math.round(performance.now() - began)} ms.`;
});
attempt('unknown method', (connection) => connection.invoke('Nope'));
attempt('too few arguments', (connection) => connection.invoke('SendMessageToAll'));
attempt('too many arguments', (connection) => connection.invoke('SendMessageToAll', 'one', 'two'));
attempt('a number for a text', (connection) => connection.invoke('SendMessageToAll', 42));
attempt('method throws', (connection) => connection.invoke('Boom'));
attempt('method throws HubError', (connection) => connection.invoke('Told'));
attempt('invoke before start', () =>
  new HubConnectionBuilder().withUrl('/failing').build().invoke('Told'),
);
attempt('33 KB argument', (connection) =>
  connection.invoke('SendMessageToAll', 'x'.repeat(33_000)),
);
attempt('no handler on the client', (connection, log) =>
  logged(log, () => connection.invoke('CallNobody')),
);
attempt('handler registered late', async (connection, log) => {
  const result = await logged(log, () => connection.invoke('SendMessageToAll', 'too soon'));
  connection.on('ReceiveMessage', () => undefined);
  return result;
});
attempt('handler returns a value', (connection, log) => {
  connection.on('ReceiveMessage', () => 'a value');
  return logged(log, () => connection.invoke('SendMessageToAll', 'hello'));
});
attempt('sendmessagetoall', (connection) => connection.invoke('sendmessagetoall', 'hello'));
attempt('send to an unknown method', (connection) => connection.send('Nope'));

/** One button of the table: each press calls the hub on a connection of its own. */
function attempt(
  name: string,
  call: (connection: HubConnection, log: string[]) => Promise<unknown>,
): void {
  addExperiment('#failures', name, async () => {
    const log: string[] = [];
    const logger = {
      log: (level: LogLevel, line: string) => void (level >= LogLevel.Warning && log.push(line)),
    };
    const connection = new HubConnectionBuilder()
      .withUrl('/failing')
      .configureLogging(logger)
      .build();
    await connection.start();
    try {
      return ((await call(connection, log)) as string | null | undefined) ?? 'It succeeds.';
    } finally {
      await connection.stop();
    }
  });
}

/** Makes a call and tells what the client has logged after it. */
async function logged(log: string[], call: () => Promise<unknown>): Promise<string> {
  await call();
  await new Promise((resolve) => setTimeout(resolve)); // handlers log when they are done
  return `The call succeeds. The client logs: ${log.join(' ')}`;
}

const twice = async (call: () => Promise<number>): Promise<string> =>
  `The two calls count ${await call()} and ${await call()}.`;
