import type { ServedHub, ServerInternals } from '../../hosting/internals/server-internals.ts';
import type { HealthReport } from '../../scale-out/health-report.ts';
import type { AdminRecorder, HubTotals } from '../activity/admin-recorder.ts';
import { HISTORY_SECONDS, type HistorySample } from '../activity/second-ring.ts';
import { type AdminList, listRows, type ListQuery } from './admin-list.ts';

/** A hub of the server, and how many clients are connected to this server. */
export interface AdminHub {
  readonly name: string;
  readonly paths: readonly string[];
  readonly connections: number;
  readonly totals: HubTotals;
}

/** Everything that the admin page shows at one time. */
export interface AdminState {
  /** The time of the server, in ms since the epoch. */
  readonly now: number;
  /** How long the process runs, in seconds. */
  readonly uptime: number;
  /** The memory of the process, in bytes. */
  readonly memory: number;
  readonly health: HealthReport;
  readonly hubs: readonly AdminHub[];
  /** The name of the selected hub. Undefined if the server has no hub. */
  readonly hub: string | undefined;
  /** One sample per second of the selected hub, oldest first. */
  readonly history: readonly HistorySample[];
  readonly list: AdminList;
}

/** Returns the state of a server. Unknown hubs and lists select the first one. */
export function adminState(
  server: ServerInternals,
  recorder: AdminRecorder,
  hubName: string | undefined,
  query: ListQuery,
): AdminState {
  const hubs = server.hubs();
  const selected = hubs.find(({ name }) => name === hubName) ?? hubs[0];
  const count = selected === undefined ? 0 : connectionCount(selected);
  return {
    now: Date.now(),
    uptime: Math.round(process.uptime()),
    memory: process.memoryUsage.rss(),
    health: server.health(),
    hubs: hubs.map((hub) => ({
      name: hub.name,
      paths: hub.paths.map(({ path }) => path),
      connections: connectionCount(hub),
      totals: recorder.of(hub.name).totals,
    })),
    hub: selected?.name,
    history:
      selected === undefined ? [] : recorder.of(selected.name).ring.read(HISTORY_SECONDS, count),
    list: listRows(selected, query),
  };
}

const connectionCount = ({ paths }: ServedHub): number =>
  paths.reduce((count, { connectionCount: connections }) => count + connections, 0);
