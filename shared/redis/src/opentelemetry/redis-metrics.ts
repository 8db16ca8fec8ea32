import {
  type BatchObservableCallback,
  type Meter,
  metrics,
  type Observable,
} from '@opentelemetry/api';
import type { HealthReportEntry } from '@practical-signalr/server/scale-out';

/** A source of health reports, one entry per hub. `SignalRServer` is one. */
export interface HealthSource {
  health(): { readonly entries: Readonly<Record<string, HealthReportEntry>> };
}

/** The counters of the health report, by the names of its data. */
const counters: Readonly<
  Record<string, readonly [name: string, unit: string, description: string]>
> = {
  publishedMessages: ['published_messages', '{message}', 'Messages that Redis accepted.'],
  receivedMessages: ['received_messages', '{message}', 'Messages that arrived from Redis.'],
  lostSends: ['lost_sends', '{message}', 'Sends that did not reach other servers.'],
  unconfirmedSends: [
    'unconfirmed_sends',
    '{message}',
    'Sends that were not confirmed when the connection closed.',
  ],
  foreignMessages: [
    'foreign_messages',
    '{message}',
    'Messages that no SignalR server wrote, and that were ignored.',
  ],
  disconnections: ['disconnections', '{disconnection}', 'Outages of the connection to Redis.'],
  reconnections: [
    'reconnections',
    '{reconnection}',
    'Outages of the connection to Redis that are over.',
  ],
};

/**
 * Reports the backplane to OpenTelemetry, for each hub of a server (attribute `signalr.hub`):
 * messages published, received, lost and ignored, outages, whether the hub is connected, the number
 * of channels, and the round-trip time in seconds. It reads `health()` when metrics are collected,
 * so it adds no cost to sends. ASP.NET Core has no such metrics; the names follow its
 * `signalr.server.…`.
 * @example
 * const signalr = new SignalRServer({ scaleOut: redis({ url }) });
 * new RedisMetrics(signalr);
 */
export class RedisMetrics {
  readonly #stop: () => void;

  /**
   * `meter` defaults to one of the provider that is registered with `@opentelemetry/api` at this
   * moment.
   */
  constructor(signalr: HealthSource, meter: Meter = metrics.getMeter('practical-signalr.redis')) {
    const counterEntries = Object.entries(counters).map(
      ([key, [name, unit, description]]): [string, Observable] => [
        key,
        meter.createObservableCounter(`signalr.redis.${name}`, { unit, description }),
      ],
    );
    const connected = meter.createObservableGauge('signalr.redis.connected', {
      description: '1 while the hub reaches other servers, otherwise 0.',
    });
    const subscriptions = meter.createObservableUpDownCounter('signalr.redis.subscriptions', {
      unit: '{channel}',
      description: 'Channels that the server is subscribed to.',
    });
    const roundTrip = meter.createObservableGauge('signalr.redis.round_trip', {
      unit: 's',
      description: 'Time of the last heartbeat through Redis and back.',
    });
    const all = [
      ...counterEntries.map(([, counter]) => counter),
      connected,
      subscriptions,
      roundTrip,
    ];
    const observe: BatchObservableCallback = (result) => {
      for (const [hub, { data }] of Object.entries(signalr.health().entries)) {
        if (data['publishedMessages'] === undefined) continue; // The hub does not use Redis.
        const attributes = { 'signalr.hub': hub };
        for (const [key, counter] of counterEntries)
          result.observe(counter, Number(data[key]), attributes);
        result.observe(connected, data['state'] === 'connected' ? 1 : 0, attributes);
        result.observe(subscriptions, Number(data['subscriptions']), attributes);
        result.observe(roundTrip, Number(data['roundTrip']) / 1000, attributes);
      }
    };
    meter.addBatchObservableCallback(observe, all);
    this.#stop = () => meter.removeBatchObservableCallback(observe, all);
  }

  /** Stops reporting. */
  close(): void {
    this.#stop();
  }
}
