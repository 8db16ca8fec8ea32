import type { Metric } from '../workloads/workload.ts';
import type { Side } from './comparison.ts';

/** A limit for a ratio of our server to another one, or to itself with another workload. */
export interface Target {
  readonly workload: string;
  readonly against: Side;
  readonly metric: Metric;
  readonly atMost: number;
}

const cpu = (workload: string, peer: string, atMost: number, other = workload): Target => ({
  workload,
  against: { peer, workload: other },
  metric: 'cpuMicroseconds',
  atMost,
});
const measure = (workload: string, peer: string, metric: Metric, atMost: number): Target => ({
  workload,
  against: { peer, workload },
  metric,
  atMost,
});

const inBothFormats = ['burst-1000', 'step-1000', 'echo-1', 'echo-16'].flatMap((name) => {
  const workload = `W7-mp-${name}`;
  const inJson = name.startsWith('echo') ? `W2-${name}` : `W1-${name}`;
  return [cpu(workload, 'ours', 1, inJson), cpu(workload, 'aspnetcore', 1)];
});

const streams = ['1', '50'].flatMap((count) =>
  ['stream', 'plain-stream'].flatMap((kind) => [
    cpu(`W5-${kind}-${count}`, 'aspnetcore', 0.9, `W5-stream-${count}`),
    cpu(`W5-${kind}-${count}`, 'floor', 1, `W5-stream-${count}`),
  ]),
);

const overHttp = ['sse', 'lp'].flatMap((transport) =>
  ['burst-1000', 'step-1000', 'echo-1'].map((name) =>
    cpu(`W9-${transport}-${name}`, 'aspnetcore', 1),
  ),
);

/** The targets of the server. A ratio at most as large as the limit meets its target. */
export const targets: readonly Target[] = [
  ...['100', '1000', '5000'].map((clients) => cpu(`W1-step-${clients}`, 'floor', 1.1)),
  cpu('W1-burst-100', 'aspnetcore', 0.2),
  cpu('W1-burst-1000', 'aspnetcore', 0.2),
  cpu('W1-burst-5000', 'aspnetcore', 0.12),
  measure('W1-step-5000', 'aspnetcore', 'p99Microseconds', 0.4),
  cpu('W2-echo-1', 'aspnetcore', 0.6),
  cpu('W2-echo-16', 'aspnetcore', 0.8),
  measure('W3-memory-10000', 'ws-naive', 'bytesPerConnection', 1.6),
  cpu('W4-connect', 'floor', 1),
  cpu('W4-connect', 'aspnetcore', 0.8),
  cpu('W4-connect-skipneg', 'floor', 1.25),
  cpu('W4-connect-skipneg', 'aspnetcore', 0.8),
  ...streams,
  cpu('W6-group', 'floor', 1.15),
  ...inBothFormats,
  cpu('W8-redis-burst-1000', 'aspnetcore', 0.06),
  cpu('W8-redis-step-1000', 'aspnetcore', 0.55),
  measure('W8-redis-latency', 'socketio', 'crossP50Microseconds', 0.9),
  ...overHttp,
  ...['aspnetcore', 'socketio'].flatMap((peer) => [
    measure('W10-reconnect-10000', peer, 'seconds', 0.8),
    measure('W10-reconnect-10000', peer, 'p99Microseconds', 0.8),
  ]),
];
