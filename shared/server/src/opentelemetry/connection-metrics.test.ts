import {
  AggregationTemporality,
  DataPointType,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { afterEach, expect, test } from 'vitest';
import { Hub, type SignalRServerOptions } from '../index.ts';
import { testServer, type TestServer } from '../testing/index.ts';
import { RawClient } from '../testing/raw-client.ts';
import { RawEventsClient, RawPollingClient } from '../testing/raw-http-client.ts';
import { CollectingLogger } from '../testing/collecting-logger.ts';
import { OpenTelemetryFilter } from './index.ts';

const closings: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closings.splice(0).toReversed()) await close();
});

class ChatHub extends Hub {}

const handshake = '{"protocol":"json","version":1}\u001e';

/** Starts a server with a hub and a connection handler, and collects its metrics. */
async function start(options: SignalRServerOptions = {}) {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 1_000_000 });
  const meters = new MeterProvider({ readers: [reader] });
  closings.push(() => meters.shutdown());
  const telemetry = new OpenTelemetryFilter(undefined, meters.getMeter('test'));
  closings.push(() => telemetry.close());
  const server: TestServer = await testServer(
    (signalr) => {
      signalr.mapHub('/chat', ChatHub, { methods: [] });
      signalr.mapConnection('/raw', async (connection) => {
        for await (const chunk of connection) await connection.send(chunk);
      });
    },
    { filters: [telemetry], logger: new CollectingLogger(), ...options },
  );
  closings.push(() => server.close());
  const collect = async () => {
    exporter.reset();
    await reader.forceFlush();
    return exporter
      .getMetrics()
      .flatMap(({ scopeMetrics }) => scopeMetrics.flatMap(({ metrics }) => metrics));
  };
  const find = async (name: string) =>
    (await collect()).find(({ descriptor }) => descriptor.name === name);
  /** Returns the status and the transport of each closed connection. */
  const closed = async (): Promise<string[]> => {
    const metric = await find('signalr.server.connection.duration');
    return (metric?.dataPoints ?? []).map(({ attributes }) => Object.values(attributes).join(' '));
  };
  return { server, find, closed };
}

test("names, units, descriptions and buckets are ASP.NET Core's", async () => {
  const { server, find, closed } = await start();
  const client = await server.connect('/chat');
  await client.stop();
  await expect.poll(closed).toEqual(['web_sockets normal_closure']);
  expect((await find('signalr.server.active_connections'))?.descriptor).toMatchObject({
    unit: '{connection}',
    description: 'Number of connections that are currently active on the server.',
  });
  const duration = await find('signalr.server.connection.duration');
  expect(duration?.descriptor).toMatchObject({
    unit: 's',
    description: 'The duration of connections on the server.',
  });
  const point = duration?.dataPointType === DataPointType.HISTOGRAM && duration.dataPoints[0];
  expect(point && point.value.buckets.boundaries).toEqual([
    0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300,
  ]);
});

test.each([
  ['web_sockets', (url: string) => RawClient.open(url)],
  ['server_sent_events', (url: string) => new RawEventsClient().open(url)],
  ['long_polling', (url: string) => new RawPollingClient().open(url)],
] as const)('connections without a hub are counted, over %s', async (transport, open) => {
  const { server, find, closed } = await start({ disconnectTimeout: 300 });
  const client = await open(`${server.url}/raw`);
  const active = async () =>
    (await find('signalr.server.active_connections'))?.dataPoints.map(
      ({ attributes, value }) => [attributes['signalr.transport'], value] as const,
    );
  expect(await active()).toEqual([[transport, 1]]);
  client.close();
  await expect.poll(active).toEqual([[transport, 0]]);
  expect(await closed()).toEqual([expect.stringContaining(transport)]);
});

test.each([
  ['web_sockets', (url: string) => RawClient.open(url)],
  ['server_sent_events', (url: string) => new RawEventsClient().open(url)],
  ['long_polling', (url: string) => new RawPollingClient().open(url)],
] as const)(
  'a connection of a hub whose handshake fails is closed, over %s',
  async (transport, open) => {
    const { server, find, closed } = await start({ disconnectTimeout: 300 });
    const client = await open(`${server.url}/chat`);
    client.send('{"protocol":"unknown","version":1}\u001e');
    await expect.poll(closed).toEqual([`${transport} normal_closure`]);
    const active = await find('signalr.server.active_connections');
    expect(active?.dataPoints.map(({ value }) => value)).toEqual([0]);
    client.close();
  },
);

test('a client that ends without a close frame is no longer active', async () => {
  const { server, find, closed } = await start();
  const client = await RawClient.open(`${server.url}/chat`);
  client.send(handshake);
  await client.next();
  client.webSocket.terminate();
  await expect.poll(closed).toEqual(['web_sockets normal_closure']);
  const active = await find('signalr.server.active_connections');
  expect(active?.dataPoints.map(({ value }) => value)).toEqual([0]);
});

test('a long-polling client that stays away has timed out', async () => {
  const { server, closed } = await start({ disconnectTimeout: 100 });
  const url = `${server.url}/chat`;
  const negotiated = await fetch(`${url}/negotiate?negotiateVersion=1`, { method: 'POST' });
  const { connectionToken } = (await negotiated.json()) as { connectionToken: string };
  const id = `?id=${connectionToken}`;
  await (await fetch(url + id)).text();
  await fetch(url + id, { method: 'POST', body: handshake });
  await expect.poll(closed).toEqual(['long_polling timeout']);
});

test('a client that does not return for its stateful reconnect has timed out', async () => {
  const { server, closed } = await start({
    disconnectTimeout: 100,
    allowStatefulReconnects: true,
  });
  const url = `${server.url}/chat`;
  const negotiated = await fetch(`${url}/negotiate?negotiateVersion=1&useStatefulReconnect=true`, {
    method: 'POST',
  });
  const { connectionToken } = (await negotiated.json()) as { connectionToken: string };
  const client = await RawClient.open(`${url}?id=${connectionToken}`);
  client.send('{"protocol":"json","version":2}\u001e');
  await client.next();
  client.close();
  await expect.poll(closed).toEqual(['web_sockets timeout']);
});
