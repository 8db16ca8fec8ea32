import { context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { expect, test } from 'vitest';
import { Hub } from '../index.ts';
import { testServer } from '../testing/index.ts';
import { OpenTelemetryFilter } from './index.ts';

class TracedHub extends Hub {
  ownSpan(): string | undefined {
    return trace.getActiveSpan()?.spanContext().spanId;
  }
  fails(): void {
    throw new TypeError('secret');
  }
  rejects(): Promise<never> {
    return Promise.reject('a string');
  }
}

test("connections are counted and calls are traced with ASP.NET Core's names", async () => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  const spans = new InMemorySpanExporter();
  const tracer = new BasicTracerProvider({
    spanProcessors: [new SimpleSpanProcessor(spans)],
  }).getTracer('test');
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 1_000_000 });
  const meters = new MeterProvider({ readers: [reader] });
  const telemetry = new OpenTelemetryFilter(tracer, meters.getMeter('test'));
  const nothing = (): void => undefined;
  const logger = { debug: nothing, info: nothing, warn: nothing, error: nothing };
  const server = await testServer(
    { '/hub': { hub: TracedHub, methods: ['ownSpan', 'fails', 'rejects'] } },
    { filters: [telemetry], logger },
  );
  const points = async (): Promise<Record<string, unknown>> => {
    await reader.forceFlush();
    const metrics =
      exporter
        .getMetrics()
        .at(-1)
        ?.scopeMetrics.flatMap((scope) => scope.metrics) ?? [];
    return Object.fromEntries(
      metrics.map(({ descriptor, dataPoints }) => [
        descriptor.name,
        dataPoints.map(({ attributes, value }) => [
          attributes,
          typeof value === 'number' ? value : value.count,
        ]),
      ]),
    );
  };
  const transport = { 'signalr.transport': 'web_sockets' };

  const client = await server.connect('/hub');
  const activeSpanId = await client.invoke('OwnSpan');
  await expect(client.invoke('Fails')).rejects.toThrow();
  await expect(client.invoke('Rejects')).rejects.toThrow();
  expect((await points())['signalr.server.active_connections']).toEqual([[transport, 1]]);
  await client.stop();
  await expect
    .poll(async () => (await points())['signalr.server.active_connections'])
    .toEqual([[transport, 0]]);
  await server.connect('/hub');
  await server.signalr.close();
  await server.close();
  expect((await points())['signalr.server.active_connections']).toEqual([[transport, 0]]);
  expect((await points())['signalr.server.connection.duration']).toEqual([
    [{ ...transport, 'signalr.connection.status': 'normal_closure' }, 1],
    [{ ...transport, 'signalr.connection.status': 'app_shutdown' }, 1],
  ]);

  const finished = spans.getFinishedSpans();
  const callSpans = finished.filter((span) => !span.name.includes('/on'));
  expect(callSpans.map(({ name, attributes }) => [name, attributes])).toEqual([
    [
      'TracedHub/ownSpan',
      { 'rpc.system': 'signalr', 'rpc.service': 'TracedHub', 'rpc.method': 'ownSpan' },
    ],
    [
      'TracedHub/fails',
      {
        'rpc.system': 'signalr',
        'rpc.service': 'TracedHub',
        'rpc.method': 'fails',
        'error.type': 'TypeError',
      },
    ],
    [
      'TracedHub/rejects',
      {
        'rpc.system': 'signalr',
        'rpc.service': 'TracedHub',
        'rpc.method': 'rejects',
        'error.type': '_OTHER',
      },
    ],
  ]);
  expect(callSpans[0]?.spanContext().spanId).toBe(activeSpanId);
  expect(finished.map((span) => span.name)).toContain('TracedHub/onConnected');
  telemetry.close();
  await meters.shutdown();
  context.disable();
});
