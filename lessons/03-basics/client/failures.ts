import { addOutcome } from '@practical-signalr/lesson-kit/client';
import { type HubConnection, HubConnectionBuilder, type ILogger, LogLevel } from '@microsoft/signalr';

type Attempt = (connection: HubConnection) => Promise<unknown>;

// Without a contract: half of these calls would not compile with one.
const attempts: readonly [string, Attempt][] = [
  ['unknown method', (connection) => connection.invoke('Nope')],
  ['too few arguments', (connection) => connection.invoke('SendMessageToAll')],
  ['method throws', (connection) => connection.invoke('Boom')],
  ['method throws HubError', (connection) => connection.invoke('Told')],
  ['invoke before start', () => build().invoke('SendMessageToAll', 'too early')],
  ['33 KB argument', (connection) => connection.invoke('SendMessageToAll', 'x'.repeat(33_000))],
  ['no handler on the client', (connection) => heard(connection, () => connection.invoke('CallNobody'))],
  ['handler returns a value', returnsValue],
];

function build(logger: ILogger | LogLevel = LogLevel.None): HubConnection {
  return new HubConnectionBuilder().withUrl('/failing').configureLogging(logger).build();
}

/** What the client logs, from now to the end of a call: both lines appear only with `configureLogging`. */
const logs = new WeakMap<HubConnection, string[]>();

function logged(): HubConnection {
  const lines: string[] = [];
  const logger: ILogger = { log: (level, line) => void (level >= LogLevel.Warning && lines.push(line)) };
  const connection = build(logger);
  logs.set(connection, lines);
  return connection;
}

async function heard(connection: HubConnection, call: () => Promise<unknown>): Promise<string> {
  await call();
  // The client logs what a handler did after the turn in which the answer came.
  await new Promise((resolve) => setTimeout(resolve, 50));
  return `The call succeeds. The client logs: ${logs.get(connection)?.join(' ') ?? ''}`;
}

async function returnsValue(connection: HubConnection): Promise<string> {
  connection.on('ReceiveMessage', () => 'a value');
  return heard(connection, () => connection.invoke('SendMessageToAll', 'hello'));
}

for (const [name, run] of attempts) {
  addOutcome('#failures', name, async () => {
    const connection = logged();
    await connection.start();
    try {
      const result = await run(connection);
      return typeof result === 'string' ? result : 'It succeeds.';
    } finally {
      await connection.stop();
    }
  });
}
