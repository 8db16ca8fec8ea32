import { fetchText, type OutcomeGroup, redact } from '@practical-signalr/lesson-kit/client';
import { LogLevel, NullLogger } from '@microsoft/signalr';
import { Returns401 } from './returns-401.ts';
import { expiryOf, getToken, postWithToken, waitForExpiry } from './token.ts';
import { LONG_POLLING, useToken } from './use-token.ts';

const FIXED = '/lab/fixed/messages';

const searchConsole = (level: LogLevel): Promise<string> =>
  useToken(
    FIXED,
    async ({ log, tokens }) => {
      const line = log.find((text) => tokens.some((token) => text.includes(token)));
      if (line === undefined) return 'The console shows no token.';
      return `The console shows the whole token, here with dots: ${redact(line)}`;
    },
    { level },
  );

const searchAccessLog = (log: 'naive' | 'redacted'): Promise<string> =>
  useToken(FIXED, async ({ attempt, tokens }) => {
    const text = await fetchText(`/lab/access-log?attempt=${attempt}`);
    const lines = (JSON.parse(text) as { naive: string; redacted: string }[]).map(
      (line) => line[log],
    );
    const isFound = lines.some((line) => tokens.some((token) => line.includes(token)));
    if (isFound) return 'The access log contains the whole token.';
    return `The access log contains no token: ${lines.at(-1) ?? ''}`;
  });

const callAfterExpiry = (url: string): Promise<string> =>
  useToken(
    url,
    async ({ connection, tokens }) => {
      await waitForExpiry(tokens[0]!);
      return `The call succeeds, as ${await connection.invoke('WhoAmI')}.`;
    },
    { seconds: 4 },
  );

const closeAtExpiry = (): Promise<string> =>
  useToken(
    '/lab/closing/messages',
    async ({ connection, tokens }) => {
      const expiry = expiryOf(tokens.at(-1)!);
      const before = tokens.length;
      const reconnected = new Promise<void>((resolve) => {
        connection.onreconnected(() => resolve());
      });
      await new Promise<void>((resolve) => {
        connection.onreconnecting(() => resolve());
      });
      const seconds = ((Date.now() - expiry) / 1000).toFixed(1);
      await reconnected;
      const user = await connection.invoke<string>('WhoAmI');
      return `The connection closes ${seconds} s after the expiry. It reconnects as ${user}, and the factory is called ${tokens.length - before} more times.`;
    },
    { seconds: 4, configure: (builder) => builder.withAutomaticReconnect([0]) },
  );

const pollAfterExpiry = (httpClient?: Returns401): Promise<string> =>
  useToken(
    FIXED,
    async ({ connection, tokens }) => {
      await waitForExpiry(tokens[0]!);
      const called = await connection.invoke<string>('WhoAmI').then(
        (user) => `The call succeeds, as ${user}.`,
        (error: Error) => `${error.message}.`,
      );
      return `${called} The state is ${connection.state}. Calls of the token factory: ${tokens.length}.`;
    },
    { ...LONG_POLLING, seconds: 4, ...(httpClient === undefined ? {} : { httpClient }) },
  );

const sendToUser = (getUserToken: () => Promise<string>): Promise<string> =>
  useToken(
    FIXED,
    async ({ connection }) => {
      let received = 0;
      connection.on('ReceiveMessage', () => {
        received += 1;
      });
      await fetchText('/lab/message-to-user?user=alice', { method: 'POST' });
      const user = (await connection.invoke<string | null>('WhoAmI')) ?? 'no user';
      return `The message is sent without an error. Copies that arrive: ${received}. The hub sees ${user}.`;
    },
    { accessTokenFactory: getUserToken },
  );

const callGuarded = (url: string): Promise<string> =>
  useToken(url, ({ connection }) => connection.invoke<string>('Guarded'));

/** The same server under another name is another origin. */
function otherOrigin(): string {
  const name = location.hostname === 'localhost' ? '127.0.0.1' : 'localhost';
  return location.origin.replace(location.hostname, name);
}

const connectTo = (url: string): Promise<string> =>
  useToken(`${otherOrigin()}${url}`, async () => 'The client connects.');

async function announce(options: RequestInit): Promise<string> {
  const body = new URLSearchParams({ message: 'from the lab' });
  const response = await fetch('/announcement', { method: 'POST', ...options, body });
  if (response.ok) return 'The announcement is sent.';
  return `${response.status}, WWW-Authenticate: ${response.headers.get('www-authenticate')}`;
}

/** What fails in lesson 6. */
export const authorizationFailures: readonly OutcomeGroup[] = [
  {
    heading: 'The token leaks',
    outcomes: [
      {
        action: 'Look for the token in the console',
        expected: 'The console shows the whole token',
        why: 'At log level Information, the client logs the URL of the WebSocket. The token is part of that URL.',
        cure: 'Set the log level of the client to Warning, as the lesson does.',
        attempt: () => searchConsole(LogLevel.Information),
        tryCure: () => searchConsole(LogLevel.Warning),
      },
      {
        action: 'Look for the token in the access log',
        expected: 'The access log contains the whole token.',
        why: 'Many servers and proxies log the query string of each request.',
        cure: 'Redact `access_token` in logs, and issue short-lived tokens.',
        attempt: () => searchAccessLog('naive'),
        tryCure: () => searchAccessLog('redacted'),
      },
    ],
  },
  {
    heading: 'The token expires',
    note: 'each attempt takes about five seconds',
    outcomes: [
      {
        action: 'Call after the expiry, over WebSockets',
        expected: 'The call succeeds, as alice.',
        why: 'The server validates the token only when the WebSocket opens.',
        cure: 'Set `closeOnAuthenticationExpiration`. The server closes the connection, and a reconnect calls the factory again.',
        attempt: () => callAfterExpiry(FIXED),
        tryCure: closeAtExpiry,
      },
      {
        action: 'Call after the expiry, over Long Polling',
        expected:
          "`Unauthorized: Status code '401'.` The state is Connected. Calls of the token factory: 1.",
        why: 'Every request brings the token. The client throws the 401 and does not call the factory again (dotnet/aspnetcore issue 56494).',
        cure: 'Use an `httpClient` that returns the 401 instead of throwing it.',
        attempt: () => pollAfterExpiry(),
        tryCure: () => pollAfterExpiry(new Returns401(NullLogger.instance)),
      },
    ],
  },
  {
    heading: 'The user is not the one you expect',
    outcomes: [
      {
        action: 'Name the claim “name”',
        expected:
          'The message is sent without an error. Copies that arrive: 0. The hub sees no user.',
        why: '`clients.user` uses the claim `sub`. This token has no `sub`, so the connection has no user.',
        cure: 'Issue the token with `sub`.',
        attempt: () => sendToUser(() => fetchText('/lab/token?name=alice')),
        tryCure: () => sendToUser(() => getToken()),
      },
      {
        action: 'Call a protected method',
        expected: "`Failed to invoke 'guarded' because user is unauthorized`",
        why: 'This hub accepts everyone and reads only the header, so over WebSockets it sees no user. One method requires a user.',
        cure: 'Add the hook of the lesson to this hub.',
        attempt: () => callGuarded('/lab/guarded-broken/messages'),
        tryCure: () => callGuarded('/lab/guarded-fixed/messages'),
      },
    ],
  },
  {
    heading: 'The page is on another origin',
    outcomes: [
      {
        action: 'Connect from another origin',
        expected: '`Failed to complete negotiation with the server: TypeError: Failed to fetch`',
        why: '`localhost` and `127.0.0.1` are two origins. The client sends credentials, and browsers do not accept the origin `*` for requests with credentials.',
        cure: 'List the origins by name and allow credentials.',
        attempt: () => connectTo('/lab/any-origin/messages'),
        tryCure: () => connectTo('/lab/named-origin/messages'),
      },
    ],
  },
  {
    heading: 'The form of lesson 5',
    outcomes: [
      {
        action: 'Announce without a token',
        expected: '401, `WWW-Authenticate: Bearer`',
        why: '`POST /announcement` now requires the token, and a plain form cannot set a header.',
        cure: 'Send the form with `fetch`, and set the header.',
        attempt: () => announce({}),
        tryCure: async () => announce(postWithToken(await getToken())),
      },
    ],
  },
];
