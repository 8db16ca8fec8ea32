import { addExperiment, redact } from '@practical-signalr/lesson-kit/client';
import { NullLogger } from '@microsoft/signalr';
import { Returns401 } from './returns-401.ts';
import { endOf, getToken, name, withToken } from './token.ts';
import {
  afterEndOf,
  connects,
  polling,
  reconnecting,
  sockets,
  tryConnection,
} from './try-connection.ts';

tryConnection('token in the console', '/quiet/messages', sockets, '60', async ({ log, tokens }) => {
  const leak = log.find((line) => line.includes(tokens.at(-1)!));
  const cured = log.map(redact).some((line) => line.includes(tokens.at(-1)!));
  return `The client logs the whole token, here with dots: ${redact(leak!)} With redact: ${cured ? 'still there' : 'gone'}.`;
});
tryConnection(
  'token in the access log',
  '/quiet/messages',
  sockets,
  '60',
  async ({ attempt, tokens }) => {
    const lines = (await (await fetch(`/access-log?attempt=${attempt}`)).json()) as {
      naive: string;
      redacted: string;
    }[];
    const { naive, redacted } = lines.at(-1)!;
    const found = (line: string): string =>
      line.includes(tokens.at(-1)!) ? 'the whole token' : 'no token';
    return `A naive log of the server holds ${found(naive)}, one that redacts ${found(redacted)}: ${redacted}`;
  },
);
tryConnection(
  'expired on a WebSocket',
  '/quiet/messages',
  sockets,
  '4',
  async ({ connection, tokens }) => {
    await afterEndOf(tokens.at(-1)!);
    return `A second after the end of the token the call still works, as ${await connection.invoke('WhoAmI')}.`;
  },
);
tryConnection(
  'close at expiry',
  '/closing/messages',
  reconnecting,
  '4',
  async ({ connection, tokens }) => {
    const [asked, end] = [tokens.length, endOf(tokens.at(-1)!)];
    const again = new Promise((resolve) => connection.onreconnected(resolve));
    await new Promise<void>((resolve) => connection.onreconnecting(() => resolve()));
    const late = ((Date.now() - end) / 1000).toFixed(1);
    await again;
    const user = await connection.invoke<string>('WhoAmI');
    return `Closed ${late} s after the end of the token; connected again as ${user}, the factory asked ${tokens.length - asked} times more.`;
  },
);
for (const httpClient of [undefined, new Returns401(NullLogger.instance)]) {
  const label = httpClient === undefined ? 'expired with Long Polling' : 'the cure for it';
  const options = httpClient ? { ...polling, httpClient } : polling;
  tryConnection(label, '/quiet/messages', options, '4', async ({ connection, tokens }) => {
    await afterEndOf(tokens.at(-1)!);
    const user = connection.invoke<string>('WhoAmI');
    const called = await user
      .then((is) => `The call works, as ${is}.`)
      .catch((error: Error) => `${error.message}.`);
    return `${called} State ${connection.state}, factory asked ${tokens.length} times.`;
  });
}
const wrongClaim = { ...sockets, accessTokenFactory: () => getToken('60', 'name') };
tryConnection('claim name for sub', '/fixed/messages', wrongClaim, '60', async ({ connection }) => {
  let heard = 'nobody';
  connection.on('ReceiveMessage', () => (heard = 'this page'));
  const sent = await announce({ message: 'only for one', user: name() }, await getToken('60'));
  return `Sent to user ${name()}: ${sent}, heard by ${heard}. The hub sees ${await connection.invoke('WhoAmI')}.`;
});
tryConnection('guarded method', '/guarded/messages', sockets, '60', ({ connection }) =>
  connection.invoke('Guarded'),
);

const other = location.hostname === 'localhost' ? '127.0.0.1' : 'localhost';
const elsewhere = location.origin.replace(location.hostname, other);
tryConnection('another origin', `${elsewhere}/any-origin/messages`, sockets, '60', connects);
tryConnection(
  'without credentials',
  `${elsewhere}/any-origin/messages`,
  { withCredentials: false },
  '60',
  connects,
);
tryConnection('the origin named', `${elsewhere}/named-origin/messages`, sockets, '60', connects);
addExperiment('#failures', 'announce without token', () => announce({ message: 'hello' }));
addExperiment('#failures', 'announce with token', async () =>
  announce({ message: 'hello' }, await getToken('60')),
);

async function announce(form: Record<string, string>, token?: string): Promise<string> {
  const response = await fetch('/announcement', {
    ...withToken(token),
    body: new URLSearchParams(form),
  });
  return response.ok
    ? 'no error'
    : `${response.status} ${response.headers.get('www-authenticate')}`;
}
