import type { FleetOptions } from '../model/fleet.ts';
import { simulateCrash } from '../scenarios/crash.ts';
import { simulateDeployment } from '../scenarios/deployment.ts';
import { leastConnectionsBalancer, randomBalancer } from '../scenarios/load-balancer.ts';
import { reconnectPolicies } from '../scenarios/reconnect-policy.ts';
import type { ReconnectReport } from '../scenarios/reconnects.ts';
import { simulate } from '../scenarios/simulate.ts';
import { simulateTraffic } from '../scenarios/traffic.ts';
import { formatBytes, formatNumber, formatTable, formatTime } from './table.ts';

/** Reports what sends cost, as Markdown. */
export async function reportTraffic(options: FleetOptions): Promise<string> {
  const { sends, subscriptions } = await simulate(options, async (fleet) => ({
    subscriptions: fleet.backplane.redis.subscriptions,
    sends: await simulateTraffic(fleet),
  }));
  const head = [
    'send to',
    'published',
    'backplane messages',
    'per server',
    'from Redis',
    'CPU of Redis',
    'client messages',
    'per server',
    'last client after',
  ];
  const rows = sends.map((send) => [
    send.target,
    formatNumber(send.publishes),
    formatNumber(send.backplaneMessages),
    formatNumber(send.backplaneMessagesPerServer),
    formatBytes(send.bytesFromRedis),
    formatTime(send.redisBusy),
    formatNumber(send.clientMessages),
    formatNumber(send.clientMessagesPerServer),
    formatTime(send.lastAfter),
  ]);
  const table = formatTable(head, rows);
  return `Subscriptions in Redis: ${formatNumber(subscriptions)}\n\n${table}`;
}

const reconnectHead = [
  'clients',
  'median',
  'p99',
  'all connected after',
  'peak per server and second',
  'CPU queue',
  'failed attempts',
  'stopped trying',
  'Redis commands per second',
];

const reconnectCells = (report: ReconnectReport): string[] => [
  formatNumber(report.clients),
  formatTime(report.median),
  formatTime(report.p99),
  formatTime(report.last),
  formatNumber(report.peakPerServer),
  formatTime(report.longestCpuQueue),
  formatNumber(report.failedAttempts),
  formatNumber(report.abandoned),
  formatNumber(report.peakRedisCommands),
];

/** Reports the reconnects after a crash of one server, as Markdown. */
export async function reportCrash(options: FleetOptions): Promise<string> {
  const rows: string[][] = [];
  for (const policy of reconnectPolicies) {
    const report = await simulate(options, (fleet) => simulateCrash(fleet, policy));
    rows.push([policy.name, ...reconnectCells(report)]);
  }
  return formatTable(['reconnect', ...reconnectHead], rows);
}

/** Reports a rolling deployment, as Markdown. */
export async function reportDeployment(options: FleetOptions): Promise<string> {
  const rows: string[][] = [];
  for (const balancer of [randomBalancer, leastConnectionsBalancer]) {
    for (const policy of reconnectPolicies) {
      const report = await simulate(options, (fleet) =>
        simulateDeployment(fleet, policy, balancer),
      );
      rows.push([
        `${balancer.name}, ${policy.name}`,
        formatNumber(report.movesPerClient),
        formatNumber(report.mostMoves),
        formatTime(report.duration),
        formatNumber(report.peakPerServer),
        formatTime(report.longestCpuQueue),
        formatNumber(report.failedAttempts),
        formatNumber(report.abandoned),
        formatNumber(report.imbalance),
      ]);
    }
  }
  const head = [
    'load balancer, reconnect',
    'reconnects per client',
    'at most',
    'duration',
    'peak per server and second',
    'CPU queue',
    'failed attempts',
    'stopped trying',
    'fullest server ÷ average',
  ];
  return formatTable(head, rows);
}
