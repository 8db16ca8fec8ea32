import type { EmulatedService } from '../emulated-service.ts';
import type { ServiceHub } from '../hubs/service-hub.ts';

/** Clients and groups of one hub that are named one by one. */
const MOST_LISTED = 200;
/** Groups of one client that are named. */
const MOST_OF_CLIENT = 20;

/** One server connection. */
export interface ServerStatus {
  readonly serverId: string;
  readonly connectionId: string;
  readonly clients: number;
  readonly isLeaving: boolean;
  /** ISO 8601. */
  readonly connectedAt: string;
}

/** One client. */
export interface ClientStatus {
  readonly connectionId: string;
  readonly userId: string | null;
  readonly transport: string;
  readonly protocol: string;
  /** Null in serverless mode. */
  readonly serverId: string | null;
  /** At most 20 of them are named. */
  readonly groups: readonly string[];
  readonly groupCount: number;
  /** Messages that it has sent and got. */
  readonly received: number;
  readonly sent: number;
  /** ISO 8601. */
  readonly connectedAt: string;
}

/** One hub. At most 200 clients and 200 groups are named, the counts tell of all. */
export interface HubStatus {
  readonly name: string;
  readonly counts: ServiceHub['counts'] & {
    readonly servers: number;
    readonly clients: number;
    readonly groups: number;
    readonly users: number;
  };
  readonly servers: readonly ServerStatus[];
  readonly clients: readonly ClientStatus[];
  readonly groups: readonly { readonly name: string; readonly members: number }[];
}

/** What goes on in the service; keys and tokens are no part of it. */
export interface EmulatorStatus {
  readonly serviceMode: string;
  /** ISO 8601. */
  readonly startedAt: string;
  /** Of clients and servers. */
  readonly openConnections: number;
  /** Negotiated, and not opened yet. */
  readonly waitingConnections: number;
  /** Connections that may be open; null: no limit. */
  readonly quota: number | null;
  /** ms, each way. */
  readonly latency: number;
  readonly hubs: readonly HubStatus[];
}

export function emulatorStatus(service: EmulatedService): EmulatorStatus {
  const { options, startedAt, openConnections, connections, latency, hubs } = service;
  return {
    serviceMode: options.serviceMode,
    startedAt: new Date(startedAt).toISOString(),
    openConnections,
    waitingConnections: connections.waiting,
    quota: options.quota === Infinity ? null : options.quota,
    latency: latency.delay,
    hubs: [...hubs.values()].map(hubStatus),
  };
}

function hubStatus({ name, counts, servers, clients, groups, users }: ServiceHub): HubStatus {
  return {
    name,
    counts: {
      ...counts,
      servers: servers.size,
      clients: clients.size,
      groups: groups.size,
      users: users.size,
    },
    servers: [...servers].map(({ serverId, id, clients: own, isLeaving, connectedAt }) => ({
      serverId,
      connectionId: id,
      clients: own.size,
      isLeaving,
      connectedAt: new Date(connectedAt).toISOString(),
    })),
    clients: first(clients.values()).map((client) => ({
      connectionId: client.connectionId,
      userId: client.userId ?? null,
      transport: client.transport.name,
      protocol: client.protocol,
      serverId: client.server?.serverId ?? null,
      groups: first(client.groups, MOST_OF_CLIENT),
      groupCount: client.groups.size,
      received: client.received,
      sent: client.sent,
      connectedAt: new Date(client.connectedAt).toISOString(),
    })),
    groups: first(groups).map(([group, members]) => ({ name: group, members: members.size })),
  };
}

function first<TItem>(items: Iterable<TItem>, most = MOST_LISTED): TItem[] {
  const found: TItem[] = [];
  for (const item of items) if (found.push(item) === most) break;
  return found;
}
