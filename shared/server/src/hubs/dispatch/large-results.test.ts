import { HttpTransportType } from '@microsoft/signalr';
import { afterEach, expect, test } from 'vitest';
import { Hub } from '../hub.ts';
import { testServer, type TestServer } from '../../testing/index.ts';

const LENGTH = 1_000_000;

class ReportHub extends Hub {
  report(): string {
    return 'x'.repeat(LENGTH);
  }
  async reportLater(): Promise<string> {
    await Promise.resolve();
    return 'x'.repeat(LENGTH);
  }
  async *pages(): AsyncGenerator<string> {
    for (let page = 0; page < 2; page++) yield 'x'.repeat(LENGTH);
  }
}

let server: TestServer;
afterEach(() => server.close());

const { WebSockets, ServerSentEvents, LongPolling } = HttpTransportType;
const transports = [
  ['WebSockets', WebSockets],
  ['Server-Sent Events', ServerSentEvents],
  ['Long Polling', LongPolling],
] as const;

test.each(
  transports.flatMap(([name, transport]) =>
    ['report', 'reportLater'].flatMap((method) =>
      [1, 40].map((parallel) => [name, method, parallel, transport] as const),
    ),
  ),
)(
  '%s: a client may call %s 40 times, %i at the same time',
  async (_name, method, parallel, transport) => {
    server = await testServer({
      '/hub': {
        hub: ReportHub,
        methods: ['report', 'reportLater', 'pages'],
        maximumParallelInvocationsPerClient: parallel,
      },
    });
    const client = await server.connect('/hub', { transport });
    const results = await Promise.all(
      Array.from({ length: 40 }, () => client.invoke(method as never)),
    );
    expect(results.map((result) => (result as string).length)).toEqual(
      Array.from({ length: 40 }, () => LENGTH),
    );
  },
);

test.each(transports)(
  '%s: a client may have 40 streams of large items',
  async (_name, transport) => {
    server = await testServer({
      '/hub': { hub: ReportHub, methods: ['report', 'reportLater', 'pages'] },
    });
    const client = await server.connect('/hub', { transport });
    const lengths = await Promise.all(
      Array.from(
        { length: 40 },
        () =>
          new Promise<number>((resolve, reject) => {
            let length = 0;
            client.stream('pages' as never).subscribe({
              next: (page) => (length += (page as string).length),
              complete: () => resolve(length),
              error: reject,
            });
          }),
      ),
    );
    expect(new Set(lengths)).toEqual(new Set([2 * LENGTH]));
  },
);
