import { HttpTransportType, HubConnectionBuilder, LogLevel } from '@microsoft/signalr';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Hub, jwtBearer } from '../index.ts';
import { testServer, type TestServer } from '../testing/index.ts';
import { CollectingLogger } from '../testing/collecting-logger.ts';
import { testKey, testToken } from '../testing/test-token.ts';

class ChattyHub extends Hub {
  who(): unknown {
    return this.context.userIdentifier;
  }
  fail(): void {
    throw new Error('fails on purpose');
  }
  admin(): void {}
}

const logger = new CollectingLogger();
const tokens = {
  good: testToken({ sub: 'alice' }),
  bob: testToken({ sub: 'bob' }),
  expired: testToken({ sub: 'alice', exp: 1_000_000_000 }),
  forged: testToken({ sub: 'alice' }, 'not the key, although it is long enough'),
};
let server: TestServer;
beforeAll(async () => {
  server = await testServer(
    (signalr) =>
      signalr.mapHub('/hub', ChattyHub, {
        authentication: jwtBearer({
          key: testKey,
          events: {
            onMessageReceived(context) {
              context.token = context.request.query.get('access_token');
            },
          },
        }),
        authorize: true,
        enableAuthenticationRefresh: true,
        methods: {
          who: {},
          fail: {},
          admin: {
            authorize: {
              policy: () => Promise.reject(new Error(`policy broke over ${tokens.good}`)),
            },
          },
        },
      }),
    { logger },
  );
});
afterAll(() => server.close());

const transports = [
  HttpTransportType.WebSockets,
  HttpTransportType.ServerSentEvents,
  HttpTransportType.LongPolling,
];
test.each(
  transports.flatMap((transport) => [
    [transport, 'header'] as const,
    [transport, 'query'] as const,
  ]),
)(
  'over transport %d, token in the %s: no token in any line of the log',
  async (transport, place) => {
    const connect = (token: string) => {
      const query = place === 'query' ? `?access_token=${token}` : '';
      const options = {
        transport,
        ...(place === 'header' ? { accessTokenFactory: () => token } : {}),
      };
      return new HubConnectionBuilder()
        .withUrl(`${server.url}/hub${query}`, options)
        .configureLogging(LogLevel.None)
        .build();
    };
    const connection = connect(tokens.good);
    await connection.start();
    await expect(connection.invoke('Who')).resolves.toBe('alice');
    await expect(connection.invoke('Fail')).rejects.toThrow('An unexpected error occurred');
    await expect(connection.invoke('Admin')).rejects.toThrow('because user is unauthorized');
    await connection.stop();
    for (const token of [tokens.expired, tokens.forged, 'garbled'])
      await expect(connect(token).start()).rejects.toThrow();

    const all = logger.lines.join('\n');
    expect(all).toContain('policy broke over [redacted]');
    expect(all).toContain('was not authenticated: The token expired');
    // Neither a whole token nor any part of one that could be used or read.
    for (const token of Object.values(tokens)) {
      for (const part of [token, ...token.split('.')]) expect(all).not.toContain(part);
    }
  },
);
