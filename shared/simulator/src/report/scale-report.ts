import type { BackplaneName } from '../model/backplane.ts';
import type { Fleet } from '../model/fleet.ts';
import { simulateCrash } from '../scenarios/crash.ts';
import { type DeploymentReport, simulateDeployment } from '../scenarios/deployment.ts';
import { randomBalancer } from '../scenarios/load-balancer.ts';
import { jitteredPolicy, officialPolicy } from '../scenarios/reconnect-policy.ts';
import type { ReconnectReport } from '../scenarios/reconnects.ts';
import { simulate } from '../scenarios/simulate.ts';
import { type SendCost, simulateTraffic } from '../scenarios/traffic.ts';
import { formatBytes, formatNumber, formatTable, formatTime } from './table.ts';

/** A size of an application. */
interface Size {
  readonly backplane: BackplaneName;
  readonly servers: number;
  readonly connections: number;
}

/** Ten times as many connections in each row, with 10,000 per server, except for the first. */
export const sizes: readonly Size[] = [
  { backplane: 'local', servers: 1, connections: 1000 },
  { backplane: 'redis', servers: 2, connections: 10_000 },
  { backplane: 'redis', servers: 10, connections: 100_000 },
  { backplane: 'redis', servers: 100, connections: 1_000_000 },
];

interface SizeReport {
  readonly size: Size;
  readonly subscriptions: number;
  readonly sends: readonly SendCost[];
  /** Undefined for one server. */
  readonly crash: ReconnectReport | undefined;
  readonly crashWithJitter: ReconnectReport | undefined;
  readonly deployment: DeploymentReport | undefined;
}

const GROUP_SIZE = 100;
const SEED = 1;

/** Simulates an application: sends, a crash, and a deployment, one after the other. */
async function simulateSize(size: Size): Promise<SizeReport> {
  const groups = size.connections / GROUP_SIZE;
  return simulate({ ...size, groups, seed: SEED }, async (fleet) => {
    const { subscriptions } = fleet.backplane.redis;
    const sends = await simulateTraffic(fleet);
    if (size.servers === 1) return { size, subscriptions, sends, ...noReconnects };
    const crash = await simulateCrash(fleet, officialPolicy);
    await replaceServer(fleet);
    const crashWithJitter = await simulateCrash(fleet, jitteredPolicy);
    await replaceServer(fleet);
    const deployment = await simulateDeployment(fleet, officialPolicy, randomBalancer);
    return { size, subscriptions, sends, crash, crashWithJitter, deployment };
  });
}

const noReconnects = { crash: undefined, crashWithJitter: undefined, deployment: undefined };

async function replaceServer(fleet: Fleet): Promise<void> {
  fleet.servers.push(fleet.startServer());
  for (const client of fleet.clients) client.moves = 0;
  await fleet.clock.wait(2000);
}

/** Returns the tables that compare applications of different sizes, as Markdown. */
export async function reportScale(
  simulatedSizes: readonly Size[],
  log: (line: string) => void,
): Promise<string> {
  const reports: SizeReport[] = [];
  for (const size of simulatedSizes) {
    log(`Simulating ${formatNumber(size.connections)} connections`);
    reports.push(await simulateSize(size));
  }
  return [formatSends(reports), formatReconnects(reports)].join('\n\n');
}

function formatSends(reports: readonly SizeReport[]): string {
  const head = [
    'connections',
    'servers',
    'subscriptions in Redis',
    'to all: messages from Redis',
    'bytes',
    'CPU of Redis',
    'last client after',
    'to a group: messages from Redis',
    'last client after',
  ];
  const rows = reports.map(({ size, subscriptions, sends }) => {
    const [all, group] = sends as [SendCost, SendCost];
    return [
      formatNumber(size.connections),
      formatNumber(size.servers),
      formatNumber(subscriptions),
      formatNumber(all.backplaneMessages),
      formatBytes(all.bytesFromRedis),
      formatTime(all.redisBusy),
      formatTime(all.lastAfter),
      formatNumber(group.backplaneMessages),
      formatTime(group.lastAfter),
    ];
  });
  return formatTable(head, rows);
}

function formatReconnects(reports: readonly SizeReport[]): string {
  const head = [
    'connections',
    'a crash disconnects',
    'all connected after',
    'with jitter',
    'peak per server and second',
    'with jitter',
    'CPU queue',
    'with jitter',
    'a deployment: reconnects per client',
    'at most',
    'duration',
  ];
  const rows = reports.flatMap(({ size, crash, crashWithJitter, deployment }) => {
    if (crash === undefined || crashWithJitter === undefined || deployment === undefined) return [];
    return [
      [
        formatNumber(size.connections),
        formatNumber(crash.clients),
        formatTime(crash.last),
        formatTime(crashWithJitter.last),
        formatNumber(crash.peakPerServer),
        formatNumber(crashWithJitter.peakPerServer),
        formatTime(crash.longestCpuQueue),
        formatTime(crashWithJitter.longestCpuQueue),
        formatNumber(deployment.movesPerClient),
        formatNumber(deployment.mostMoves),
        formatTime(deployment.duration),
      ],
    ];
  });
  return formatTable(head, rows);
}
