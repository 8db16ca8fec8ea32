import type { EmulatedService } from '../emulated-service.ts';
import type { ServiceHub } from '../hubs/service-hub.ts';

/** The maximum number of clients, and of groups, that are listed for one hub. */
const MAXIMUM_LISTED = 200;
/** The maximum number of groups that are listed for one client. */
const MAXIMUM_CLIENT_GROUPS = 20;

/** The status of a server connection. */
export interface ServerStatus {
  readonly serverId: string;
  readonly connectionId: string;
  readonly clients: number;
  /** True after the server has announced its shutdown. */
  readonly isLeaving: boolean;
  /** ISO 8601. */
  readonly connectedAt: string;
}

/** The status of a client. */
export interface ClientStatus {
  readonly connectionId: string;
  readonly userId: string | null;
  readonly transport: string;
  readonly protocol: string;
  /** Null in serverless mode. */
  readonly serverId: string | null;
  /** The first 20 groups. */
  readonly groups: readonly string[];
  readonly groupCount: number;
  /** The number of messages from the client. */
  readonly received: number;
  /** The number of messages to the client. */
  readonly sent: number;
  /** ISO 8601. */
  readonly connectedAt: string;
}

/**
 * The status of a hub. At most 200 clients and 200 groups are listed; the counts include all of
 * them.
 */
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

/** The status of the emulator. It contains neither keys nor tokens. */
export interface EmulatorStatus {
  readonly serviceMode: string;
  /** ISO 8601. */
  readonly startedAt: string;
  /** The number of open connections of clients and servers. */
  readonly openConnections: number;
  /** The number of connections whose clients have sent data before they opened a transport. */
  readonly waitingConnections: number;
  /** The maximum number of open connections. Null if there is no limit. */
  readonly quota: number | null;
  /** The added latency in each direction, in ms. */
  readonly latency: number;
  readonly hubs: readonly HubStatus[];
}

/** Returns the current status. */
export function emulatorStatus(service: EmulatedService): EmulatorStatus {
  const { options, startedAt, openConnections, connections, latency, hubs } = service;
  return {
    serviceMode: options.serviceMode,
    startedAt: new Date(startedAt).toISOString(),
    openConnections,
    waitingConnections: connections.unopenedCount,
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
    servers: [...servers].map(
      ({ serverId, id, clients: serverClients, isLeaving, connectedAt }) => ({
        serverId,
        connectionId: id,
        clients: serverClients.size,
        isLeaving,
        connectedAt: new Date(connectedAt).toISOString(),
      }),
    ),
    clients: first(clients.values()).map((client) => ({
      connectionId: client.connectionId,
      userId: client.userId ?? null,
      transport: client.transport.name,
      protocol: client.protocol,
      serverId: client.server?.serverId ?? null,
      groups: first(client.groups, MAXIMUM_CLIENT_GROUPS),
      groupCount: client.groups.size,
      received: client.received,
      sent: client.sent,
      connectedAt: new Date(client.connectedAt).toISOString(),
    })),
    groups: first(groups).map(([group, members]) => ({ name: group, members: members.size })),
  };
}

function first<TItem>(items: Iterable<TItem>, max = MAXIMUM_LISTED): TItem[] {
  const firstItems: TItem[] = [];
  for (const item of items) {
    firstItems.push(item);
    if (firstItems.length === max) break;
  }
  return firstItems;
}
