import {
  type BatchObservableCallback,
  type Meter,
  metrics,
  type Observable,
} from '@opentelemetry/api';
import type { HealthReportEntry } from '@practical-signalr/server/scale-out';

/** What tells how its hubs reach other servers: a `SignalRServer`. */
export interface HealthSource {
  health(): { readonly entries: Readonly<Record<string, HealthReportEntry>> };
}

/** What health() counts since the start, by the names of its data. */
const counters: Readonly<
  Record<string, readonly [name: string, unit: string, description: string]>
> = {
  publishedMessages: ['published_messages', '{message}', 'Messages that Redis has taken.'],
  receivedMessages: ['received_messages', '{message}', 'Messages that came from Redis.'],
  lostSends: ['lost_sends', '{message}', 'Sends that other servers did not get.'],
  unconfirmedSends: [
    'unconfirmed_sends',
    '{message}',
    'Sends that were on their way when the connection ended.',
  ],
  foreignMessages: [
    'foreign_messages',
    '{message}',
    'Messages that were not of a SignalR server, and ignored.',
  ],
  disconnections: ['disconnections', '{disconnection}', 'Outages of the connection to Redis.'],
  reconnections: [
    'reconnections',
    '{reconnection}',
    'Outages of the connection to Redis that are over.',
  ],
};

/**
 * Reports the way over Redis to OpenTelemetry, for each hub of a server (attribute `signalr.hub`): what was published, received, lost,
 * foreign; outages; whether it is connected, channels, round trip (s). It asks `health()` when metrics are collected, so that sends
 * cost nothing more. ASP.NET Core has no such metrics; the names follow its `signalr.server.…`.
 * @example
 * const signalr = new SignalRServer({ scaleOut: redis({ url }) });
 * new RedisMetrics(signalr);
 */
export class RedisMetrics {
  readonly #stop: () => void;

  /** Default: what is registered with `@opentelemetry/api` at this moment. */
  constructor(signalr: HealthSource, meter: Meter = metrics.getMeter('practical-signalr.redis')) {
    const counted = Object.entries(counters).map(
      ([key, [name, unit, description]]): [string, Observable] => [
        key,
        meter.createObservableCounter(`signalr.redis.${name}`, { unit, description }),
      ],
    );
    const connected = meter.createObservableGauge('signalr.redis.connected', {
      description: '1 while other servers are reached, else 0.',
    });
    const subscriptions = meter.createObservableUpDownCounter('signalr.redis.subscriptions', {
      unit: '{channel}',
      description: 'Channels of Redis that are heard.',
    });
    const roundTrip = meter.createObservableGauge('signalr.redis.round_trip', {
      unit: 's',
      description: 'Time of the last heartbeat through Redis and back.',
    });
    const all = [...counted.map(([, counter]) => counter), connected, subscriptions, roundTrip];
    const observe: BatchObservableCallback = (result) => {
      for (const [hub, { data }] of Object.entries(signalr.health().entries)) {
        if (data['publishedMessages'] === undefined) continue; // another scale-out
        const attributes = { 'signalr.hub': hub };
        for (const [key, counter] of counted)
          result.observe(counter, Number(data[key]), attributes);
        result.observe(connected, data['state'] === 'connected' ? 1 : 0, attributes);
        result.observe(subscriptions, Number(data['subscriptions']), attributes);
        result.observe(roundTrip, Number(data['roundTrip']) / 1000, attributes);
      }
    };
    meter.addBatchObservableCallback(observe, all);
    this.#stop = () => meter.removeBatchObservableCallback(observe, all);
  }

  /** Stops the metrics. */
  close(): void {
    this.#stop();
  }
}
