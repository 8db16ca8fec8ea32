import { addOutcome, redact } from '@practical-signalr/lesson-kit/client';
import {
  DefaultHttpClient,
  HttpError,
  type HttpRequest,
  HttpResponse,
  HttpTransportType,
  type HubConnection,
  HubConnectionBuilder,
  type IHttpConnectionOptions,
  LogLevel,
  NullLogger,
} from '@microsoft/signalr';
import { getToken } from './token.ts';

const sockets = { transport: HttpTransportType.WebSockets };
const polling = { transport: HttpTransportType.LongPolling };

addOutcome('#failures', 'token in the log', async () => {
  const log: string[] = [];
  await connected('/fixed/messages', { ...sockets, logger: { log: (_level, line) => log.push(line) } });
  const leak = log.find((line) => /access_token=eyJ/.test(line));
  return leak ? `The whole token is in the log; here with dots: ${redact(leak)}` : 'No token in the log.';
});
addOutcome('#failures', 'log that redacts', async () => {
  const log: string[] = [];
  await connected('/fixed/messages', { ...sockets, logger: { log: (_level, line) => log.push(redact(line)) } });
  const leak = log.some((line) => line.includes('access_token=eyJ'));
  return `${leak ? 'A token' : 'No token'} in ${log.length} lines.`;
});
addOutcome('#failures', 'expired on a WebSocket', () =>
  connected('/fixed/messages', sockets, '2', async (connection) => {
    await seconds(3);
    return `A second after the end of the token the call still works, as ${await connection.invoke('WhoAmI')}.`;
  }),
);
addOutcome('#failures', 'close at expiry', () =>
  connected('/closing/messages', sockets, '2', async (connection) => {
    await new Promise<void>((resolve) => connection.onclose(() => resolve()));
    return 'The server has closed the connection at the end of the token.';
  }),
);
addOutcome('#failures', 'expired with Long Polling', () => afterExpiry(polling));
addOutcome('#failures', 'the cure for it', () =>
  afterExpiry({ ...polling, httpClient: new Returns401(NullLogger.instance) }),
);
addOutcome('#failures', 'claim name for sub', async () => {
  const accessTokenFactory = () => getToken('60', 'name');
  return connected('/fixed/messages', { ...sockets, accessTokenFactory }, '60', async (connection) => {
    let heard = 'nobody';
    connection.on('ReceiveMessage', () => (heard = 'this page'));
    const body = new URLSearchParams({ message: 'only for alice', user: 'alice' });
    const headers = { authorization: `Bearer ${await getToken('60')}` };
    const { ok } = await fetch('/announcement', { method: 'POST', headers, body });
    const user: unknown = await connection.invoke('WhoAmI');
    return `Sent to user alice: ${ok ? 'no error' : 'refused'}, heard by ${heard}. The hub sees ${String(user)}.`;
  });
});
addOutcome('#failures', 'guarded method', () =>
  connected('/anonymous/messages', sockets, '60', (connection) => connection.invoke('Guarded')),
);
addOutcome('#failures', 'another origin', () => connected(`${otherOrigin()}/fixed/messages`, sockets));
addOutcome('#failures', 'without credentials', () =>
  connected(`${otherOrigin()}/fixed/messages`, { ...sockets, withCredentials: false }),
);
addOutcome('#failures', 'announce without token', async () => {
  const response = await fetch('/announcement', { method: 'POST', body: new URLSearchParams({ message: 'hello' }) });
  return `${response.status} ${response.headers.get('www-authenticate')}`;
});

/** A connection of its own for each press. */
async function connected(
  url: string,
  options: IHttpConnectionOptions,
  life = '60',
  use: (connection: HubConnection) => Promise<string> = async () => 'It connects.',
): Promise<string> {
  const { logger = LogLevel.None } = options;
  const connection = new HubConnectionBuilder()
    .withUrl(url, { accessTokenFactory: () => getToken(life), ...options, logger })
    .configureLogging(logger as LogLevel)
    .build();
  connection.on('UserConnected', () => undefined);
  try {
    await connection.start();
    return await use(connection);
  } finally {
    await connection.stop();
  }
}

/** Long Polling asks with each call: the token of 2 s must be renewed, and who renews it? */
function afterExpiry(options: IHttpConnectionOptions): Promise<string> {
  let asked = 0;
  const accessTokenFactory = () => getToken(++asked === 1 ? '2' : '60');
  return connected('/fixed/messages', { ...options, accessTokenFactory }, '2', async (connection) => {
    await seconds(3);
    const called = await connection.invoke<string>('WhoAmI').then(
      (user) => `The call works, as ${user}.`,
      (error: Error) => `${error.message}.`,
    );
    return `${called} State ${connection.state}, factory called ${asked} times.`;
  });
}

/** The client asks for a new token when a 401 is returned; its own HTTP client throws it (dotnet/aspnetcore issue 56494). */
class Returns401 extends DefaultHttpClient {
  override async send(request: HttpRequest): Promise<HttpResponse> {
    try {
      return await super.send(request);
    } catch (error) {
      if (error instanceof HttpError && error.statusCode === 401) return new HttpResponse(401);
      throw error;
    }
  }
}

const seconds = (count: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, count * 1000));
const otherOrigin = (): string =>
  location.origin.replace(location.hostname, location.hostname === 'localhost' ? '127.0.0.1' : 'localhost');
