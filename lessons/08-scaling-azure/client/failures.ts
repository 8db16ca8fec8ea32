import { addOutcome, type ObservedRequest } from '@practical-signalr/lesson-kit/client';
import { HttpTransportType, HubConnectionBuilder, type IHttpConnectionOptions, LogLevel } from '@microsoft/signalr';
import { change } from './stage.ts';
import { getToken, withToken } from './token.ts';

const sockets = { transport: HttpTransportType.WebSockets };

addOutcome('#failures', 'skipNegotiation', () => attempt({ ...sockets, skipNegotiation: true }));
addOutcome('#failures', 'with negotiation', () => attempt(sockets));
addOutcome('#failures', 'wrong key', async () => {
  const options = withToken(await getToken('60'));
  const answer = await fetch('/wrong/messages/negotiate?negotiateVersion=1', options);
  return `negotiate ${answer.status}: ${await answer.text()}`;
});
addOutcome('#failures', 'a quota of 20', async () => {
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
addOutcome('#failures', 'app killed', async () => {
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

/** One connection: what the app was asked, and what came of it. */
async function attempt(options: IHttpConnectionOptions): Promise<string> {
  const mark = crypto.randomUUID();
  const connection = connectionTo(`/fixed/messages?attempt=${mark}`, options);
  const told = await connection.start().then(
    () => 'connected',
    (error: Error) => error.message,
  );
  const requests = (await (await fetch(`/requests?attempt=${mark}`)).json()) as ObservedRequest[];
  await connection.stop();
  const steps = requests.map(({ kind, status }) => `the app: ${kind} ${status}`);
  return [...steps, told].join(', ');
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
