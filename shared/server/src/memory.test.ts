import { expect, test } from 'vitest';
import { Hub } from './index.ts';
import type { SuiteClient } from './testing/transport-suite.ts';
import { RawClient } from './testing/raw-client.ts';
import { RawEventsClient, RawPollingClient } from './testing/raw-http-client.ts';
import { testServer } from './testing/index.ts';
import { collectGarbage } from './testing/memory/collect-garbage.ts';
import { TestTimeout } from './testing/test-timeout.ts';

const CONNECTIONS = 100;
let disconnectedCount = 0;
let onGone = (): void => undefined;
class GroupHub extends Hub {
  override onDisconnected(): void {
    disconnectedCount++;
    onGone();
  }
  async join(group: string): Promise<void> {
    await this.groups.add(this.context.connectionId, group);
  }
}

test.each<[string, (url: string) => Promise<SuiteClient>]>([
  ['WebSockets', (url) => RawClient.connect(url)],
  ['ServerSentEvents', (url) => new RawEventsClient().connect(url)],
  ['LongPolling', (url) => new RawPollingClient().connect(url)],
])('closed connections over %s leave no memory behind', async (_name, connect) => {
  using disconnectTimeout = new TestTimeout();
  const server = await testServer((signalr) =>
    signalr.mapHub('/hub', GroupHub, {
      methods: ['join'],
      disconnectTimeout: disconnectTimeout.ms,
    }),
  );
  const round = async (): Promise<number> => {
    disconnectedCount = 0;
    const allGone = new Promise<void>((resolve) => {
      onGone = () => {
        if (disconnectedCount === CONNECTIONS) resolve();
      };
    });
    for (let i = 0; i < CONNECTIONS / 50; i++) {
      const clients = await Promise.all(
        Array.from({ length: 50 }, () => connect(`${server.url}/hub`)),
      );
      for (const [n, client] of clients.entries()) {
        client.send(
          `{"type":1,"invocationId":"1","target":"Join","arguments":["g${i}-${n}"]}\u001e`,
        );
      }
      await Promise.all(clients.map((client) => client.next()));
      const ends = clients.map((client) => client.end());
      for (const client of clients) client.close();
      await Promise.all(ends);
    }
    await disconnectTimeout.elapseUntil(allGone);
    collectGarbage();
    return process.memoryUsage().heapUsed;
  };
  await round(); // the first fills caches that stay
  const before = await round();
  const after = await round();
  await server.close();
  // 100 connections that leaked would cost megabytes.
  expect(after - before).toBeLessThan(600_000);
});
