import { logMessages } from '../../log-messages.ts';
import type {
  HealthReport,
  HealthReportEntry,
  HealthStatus,
} from '../../scale-out/health-report.ts';

/** What the report needs to know about a hub. */
export interface HubHealth {
  readonly name: string;
  /** The number of clients that are connected to this server. */
  readonly connections: number;
  /** The health of the scale-out. Undefined if the scale-out does not report it. */
  readonly entry: HealthReportEntry | undefined;
}

const severities: readonly HealthStatus[] = ['Healthy', 'Degraded', 'Unhealthy'];

/** Returns the report of a server. A server that closes is unhealthy: it accepts no clients. */
export function createHealthReport(hubs: Iterable<HubHealth>, isClosing: boolean): HealthReport {
  const entries = new Map<string, HealthReportEntry>();
  let status: HealthStatus = isClosing ? 'Unhealthy' : 'Healthy';
  for (const { name, connections, entry } of hubs) {
    const found = entry ?? { status: 'Healthy', data: {} };
    const data = { connections, ...found.data };
    const current: HealthReportEntry = isClosing
      ? { status: 'Unhealthy', description: logMessages.serverIsClosing, data }
      : { ...found, data };
    const earlier = entries.get(name);
    // Two hubs may share a name. A healthy one must not hide the other.
    if (earlier === undefined || isWorse(current.status, earlier.status))
      entries.set(name, current);
    if (isWorse(current.status, status)) status = current.status;
  }
  // Unlike an assignment, this keeps a hub with the name '__proto__'.
  return { status, entries: Object.fromEntries(entries) };
}

const isWorse = (one: HealthStatus, other: HealthStatus): boolean =>
  severities.indexOf(one) > severities.indexOf(other);
