import { addExperiment, describeAttempt } from '@practical-signalr/lesson-kit/client';
import {
  HttpTransportType,
  HubConnectionBuilder,
  type IHttpConnectionOptions,
  LogLevel,
} from '@microsoft/signalr';
import { change } from './control-panel.ts';
import { getToken, withToken } from './token.ts';

const sockets = { transport: HttpTransportType.WebSockets };
const polling = { transport: HttpTransportType.LongPolling };

addExperiment('#failures', 'round-robin', () => attempt('fixed', 'round-robin', sockets));
addExperiment('#failures', 'what the server said', async () => {
  const client = await newClient();
  const options = withToken(await getToken('60'));
  const url = `/fixed/messages/negotiate?negotiateVersion=1&client=${client}&balancer=round-robin`;
  const negotiated = await fetch(url, options);
  const { connectionToken } = (await negotiated.json()) as { connectionToken: string };
  const answer = await fetch(url.replace('/negotiate?', `?id=${connectionToken}&`), {
    ...options,
    method: 'GET',
  });
  const servers = [negotiated, answer].map((response) => response.headers.get('x-instance'));
  return `Negotiated with ${servers[0]}, asked ${servers[1]}: ${answer.status} ${await answer.text()}`;
});
addExperiment('#failures', 'cure: sticky', () => attempt('fixed', 'sticky', sockets));
addExperiment('#failures', 'cure: skipNegotiation', () =>
  attempt('fixed', 'round-robin', { ...sockets, skipNegotiation: true }),
);
addExperiment('#failures', 'skipNegotiation, Long Polling', () =>
  attempt('fixed', 'round-robin', { ...polling, skipNegotiation: true }),
);
addExperiment('#failures', 'cure: signed tokens', () => attempt('signed', 'round-robin', sockets));
addExperiment('#failures', 'signed tokens, Long Polling', () =>
  attempt('signed', 'round-robin', polling),
);
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
