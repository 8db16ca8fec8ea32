import { addExperiment, describeAttempt } from '@practical-signalr/lesson-kit/client';
import {
  HttpTransportType,
  HubConnectionBuilder,
  type IHttpConnectionOptions,
  LogLevel,
} from '@microsoft/signalr';
import { change } from './control-panel.ts';
import { getToken } from './token.ts';

const sockets = { transport: HttpTransportType.WebSockets };

addExperiment('#failures', 'round-robin', () => attempt('fixed', 'round-robin', sockets));
addExperiment('#failures', 'skipNegotiation', () =>
  attempt('fixed', 'sticky', { ...sockets, skipNegotiation: true }),
);
addExperiment('#failures', 'wrong key', () => attempt('wrong', 'sticky', sockets));
addExperiment('#failures', 'a quota of 20', async () => {
  const open = [];
  try {
    for (;;) {
      const connection = connectionTo('/small/messages', sockets);
      await connection.start();
      open.push(connection);
    }
  } catch (error) {
    return `${open.length} tabs connected; tab ${open.length + 1}: ${(error as Error).message}`;
  } finally {
    await Promise.all(open.map((connection) => connection.stop()));
  }
});
addExperiment('#failures', 'app killed', async () => {
  const connection = connectionTo('/fixed/messages', sockets);
  const closed = new Promise<string>((resolve) => {
    connection.onclose((error) => resolve(error?.message ?? 'without an error'));
  });
  await connection.start();
  const instance = await connection.invoke<string>('WhereAmI');
  await change({ kill: instance });
  const how = await closed;
  await change({ start: true });
  return `${instance} is gone, and so is its client: ${how}`;
});
addExperiment('#failures', 'another app, no prefix', () => hearAnotherApp(''));
addExperiment('#failures', "another app, prefix 'shop'", () => hearAnotherApp('shop'));

/** One connection through the balancer: which server answered what, and what came of it. */
async function attempt(
  hub: string,
  balancer: string,
  options: IHttpConnectionOptions,
): Promise<string> {
  return describeAttempt(
    connectionTo(`/${hub}/messages?client=${await newClient()}&balancer=${balancer}`, options),
  );
}

/** The other app sends to all of its clients; then this page to all of ours. What comes, comes in order. */
async function hearAnotherApp(prefix: string): Promise<string> {
  const connection = connectionTo(`/fixed/messages?client=${await newClient()}`, sockets);
  const heard: string[] = [];
  const last = new Promise<void>((resolve, reject) => {
    connection.onclose(() =>
      reject(new Error('The connection was closed before the message came.')),
    );
    connection.on('ReceiveMessage', (message: string, sentBy: string) => {
      if (sentBy === 'another app') heard.push(message);
      else if (message === 'The other app has sent') resolve();
    });
  });
  last.catch(() => undefined); // closed earlier, the call says so
  try {
    await connection.start();
    await change({ anotherApp: { prefix } });
    await connection.invoke('SendMessageToAll', 'The other app has sent');
    await last;
    return heard.length > 0
      ? `Our clients got: ${heard.join(', ')}`
      : 'Our clients got nothing of it.';
  } finally {
    await connection.stop();
  }
}

function connectionTo(url: string, options: IHttpConnectionOptions) {
  const accessTokenFactory = () => getToken('60');
  const connection = new HubConnectionBuilder()
    .withUrl(url, { accessTokenFactory, ...options })
    .configureLogging(LogLevel.None)
    .build();
  connection.on('ReceiveMessage', () => undefined);
  return connection;
}

/** A client that the balancer has not seen; its first request goes to instance 1. */
async function newClient(): Promise<string> {
  const client = crypto.randomUUID();
  await change({ move: { client, to: 'instance 1' } });
  return client;
}
