import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { createClient } from '@redis/client';
import { afterEach, expect, test as baseTest } from 'vitest';
import { startRedisServer } from '../local/index.ts';
import { hasRedisServer } from '../testing/redis-server-installed.ts';
import { startPair } from '../testing/server-pair.ts';
import { RedisMetrics } from './index.ts';

const test = baseTest.skipIf(!hasRedisServer);
const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanups.splice(0).reverse()) await cleanUp();
});

test('messages and outages are counted until close() is called', async () => {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 1_000_000 });
  const meters = new MeterProvider({ readers: [reader] });
  cleanups.push(() => meters.shutdown());
  const server = await startRedisServer();
  cleanups.push(() => server.close());
  const [a, b] = await startPair({ url: server.url });
  cleanups.push(() => Promise.all([a.close(), b.close()]));
  const other = { status: 'Healthy', data: { connections: 1 } } as const;
  let healthCalls = 0;
  const health = () => {
    healthCalls++;
    return { entries: { ChatHub: a.manager.health!(), OtherHub: other } };
  };
  const telemetry = new RedisMetrics({ health }, meters.getMeter('test'));
  /** Collects the value of each metric, and asserts that only the hub with Redis is reported. */
  const collect = async (): Promise<Record<string, unknown>> => {
    exporter.reset();
    await reader.forceFlush();
    const exported = exporter
      .getMetrics()
      .flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((scope) => scope.metrics));
    return Object.fromEntries(
      exported.map(({ descriptor, dataPoints }) => {
        expect(dataPoints.map(({ attributes }) => attributes)).toEqual([
          { 'signalr.hub': 'ChatHub' },
        ]);
        return [descriptor.name.replace('signalr.redis.', ''), dataPoints[0]?.value];
      }),
    );
  };

  for (let i = 0; i < 3; i++) await a.manager.sendAll('m', [i]);
  await b.manager.sendAll('fence', []);
  await a.client.until('fence');
  const publisher = await createClient({ url: server.url }).connect();
  await publisher.publish('ChatHub:all', 'not ours');
  publisher.destroy();
  await expect.poll(async () => (await collect())['foreign_messages']).toBe(1);
  expect(await collect()).toEqual({
    published_messages: 3,
    received_messages: 3 + 1 + 1,
    lost_sends: 0,
    unconfirmed_sends: 0,
    foreign_messages: 1,
    disconnections: 0,
    reconnections: 0,
    connected: 1,
    subscriptions: 7,
    round_trip: expect.any(Number) as number,
  });

  await server.close();
  await a.log.logged(/does not reach/);
  for (let i = 0; i < 4; i++) await a.manager.sendAll('m', [i]);
  expect(await collect()).toMatchObject({
    connected: 0,
    lost_sends: 4,
    disconnections: 1,
    reconnections: 0,
  });
  const again = await startRedisServer({ port: server.port });
  cleanups.push(() => again.close());
  await a.reconnected(0);
  expect(await collect()).toMatchObject({
    connected: 1,
    lost_sends: 4,
    disconnections: 1,
    reconnections: 1,
  });

  telemetry.close();
  const before = healthCalls;
  await collect();
  expect(healthCalls).toBe(before);
});
