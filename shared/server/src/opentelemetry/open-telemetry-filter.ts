import {
  type Meter,
  metrics,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
  type Tracer,
} from '@opentelemetry/api';
import {
  type ConnectionClosedEvent,
  type ConnectionOpenedEvent,
  diagnostics,
} from '../hubs/connection/diagnostics.ts';
import type { HubFilter, HubInvocationContext, HubLifetimeContext } from '../hubs/hub-filter.ts';

/** The values of the attribute `signalr.transport`. */
const transportAttributes = {
  WebSockets: 'web_sockets',
  ServerSentEvents: 'server_sent_events',
  LongPolling: 'long_polling',
} as const;

/**
 * The bounds of the buckets of the duration, in seconds.
 * Source: the OpenTelemetry semantic conventions for SignalR server metrics.
 */
const durationBoundaries = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300];

/**
 * Reports metrics and spans to OpenTelemetry, with the names of ASP.NET Core. Needs the package
 * `@opentelemetry/api`.
 *
 * - Metrics: `signalr.server.active_connections` and `signalr.server.connection.duration` (in
 *   seconds), for all servers of the process, including connections without a hub. Create only one
 *   filter per process, because each filter counts all connections.
 * - Spans: `Hub/method` for each call and each hook. The span of a stream ends when the stream
 *   starts.
 *
 * Source: the meter `Microsoft.AspNetCore.Http.Connections` and the activities
 * `Microsoft.AspNetCore.SignalR.Server`.
 * @example
 * const signalr = new SignalRServer({ filters: [new OpenTelemetryFilter()] });
 */
export class OpenTelemetryFilter implements HubFilter {
  readonly #tracer: Tracer;
  readonly #stop: () => void;

  /**
   * Defaults: a tracer and a meter of the providers that are registered with `@opentelemetry/api`
   * when the filter is created. Register them first.
   */
  constructor(
    tracer: Tracer = trace.getTracer('Microsoft.AspNetCore.SignalR.Server'),
    meter: Meter = metrics.getMeter('Microsoft.AspNetCore.Http.Connections'),
  ) {
    this.#tracer = tracer;
    this.#stop = recordConnections(meter);
  }

  /** Stops the metrics. Spans continue as long as the server uses the filter. */
  close(): void {
    this.#stop();
  }

  invokeMethod(invocation: HubInvocationContext, next: () => Promise<unknown>): Promise<unknown> {
    return this.#span(invocation, invocation.hubMethodName, next);
  }

  onConnected(lifetime: HubLifetimeContext, next: () => Promise<void>): Promise<void> {
    return this.#span(lifetime, 'onConnected', next);
  }

  onDisconnected(
    lifetime: HubLifetimeContext,
    _error: Error | undefined,
    next: () => Promise<void>,
  ): Promise<void> {
    return this.#span(lifetime, 'onDisconnected', () => next());
  }

  #span<T>({ hub }: HubLifetimeContext, method: string, run: () => Promise<T>): Promise<T> {
    const service = hub.constructor.name;
    const attributes = { 'rpc.system': 'signalr', 'rpc.service': service, 'rpc.method': method };
    return this.#tracer.startActiveSpan(
      `${service}/${method}`,
      { kind: SpanKind.SERVER, attributes },
      (span) =>
        run().then(
          (result) => {
            span.end();
            return result;
          },
          (error: unknown) => {
            endWithError(span, error);
            throw error;
          },
        ),
    );
  }
}

function endWithError(span: Span, error: unknown): void {
  span.setAttribute('error.type', error instanceof Error ? error.name : '_OTHER');
  span.setStatus({ code: SpanStatusCode.ERROR });
  span.end();
}

/** Records the metrics. Returns a function that stops this. */
function recordConnections(meter: Meter): () => void {
  const active = meter.createUpDownCounter('signalr.server.active_connections', {
    unit: '{connection}',
    description: 'Number of connections that are currently active on the server.',
  });
  const duration = meter.createHistogram('signalr.server.connection.duration', {
    unit: 's',
    description: 'The duration of connections on the server.',
    advice: { explicitBucketBoundaries: durationBoundaries },
  });
  const onOpened = (message: unknown): void => {
    const { transport } = message as ConnectionOpenedEvent;
    active.add(1, { 'signalr.transport': transportAttributes[transport] });
  };
  const onClosed = (message: unknown): void => {
    const event = message as ConnectionClosedEvent;
    const attributes = { 'signalr.transport': transportAttributes[event.transport] };
    active.add(-1, attributes);
    duration.record(event.duration / 1000, {
      ...attributes,
      'signalr.connection.status': event.status,
    });
  };
  diagnostics.connectionOpened.subscribe(onOpened);
  diagnostics.connectionClosed.subscribe(onClosed);
  return () => {
    diagnostics.connectionOpened.unsubscribe(onOpened);
    diagnostics.connectionClosed.unsubscribe(onClosed);
  };
}
