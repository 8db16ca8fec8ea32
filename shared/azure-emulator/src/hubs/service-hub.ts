import { type Payloads, ServiceMessageType } from '@practical-signalr/azure/service-protocol';
import { type CloseReason, closeMessage } from '../clients/close-message.ts';
import type { ClientServer, EmulatedClient } from '../clients/emulated-client.ts';
import { PayloadByProtocol } from '../clients/payload-by-protocol.ts';
import { ClientInvocations } from '../servers/client-invocations.ts';
import type { ServerConnection } from '../servers/server-connection.ts';
import { UserGroups } from './user-groups.ts';

type Clients = Map<string, EmulatedClient>;
const noHeaders = new Map<string, readonly string[]>();

/** One hub of the service: its server connections, clients, groups and users. */
export class ServiceHub {
  readonly name: string;
  readonly servers = new Set<ServerConnection>();
  readonly clients: Clients = new Map();
  readonly groups = new Map<string, Clients>();
  readonly users = new Map<string, Clients>();
  readonly userGroups = new UserGroups();
  readonly invocations = new ClientInvocations();
  /**
   * The number of messages since the hub exists: from servers and REST, from clients, and to each
   * client.
   */
  readonly counts = { fromServers: 0, fromClients: 0, toClients: 0 };

  constructor(name: string) {
    this.name = name;
  }

  /** True if the hub has no server, no client and no group membership of a user. */
  get isEmpty(): boolean {
    return this.servers.size === 0 && this.clients.size === 0 && this.userGroups.size === 0;
  }

  /** Returns a connection of another server, for a client that has to move. */
  pickOther(server: ServerConnection): ServerConnection | undefined {
    return fewestClients(
      [...this.servers].filter((other) => other.serverId !== server.serverId && !other.isLeaving),
    );
  }

  /**
   * Returns the server connection with the fewest clients, preferably of the server with this id.
   */
  pickServer(serverId?: string, isRequired = false): ServerConnection | undefined {
    const open = [...this.servers].filter((server) => server.isOpen && !server.isLeaving);
    const preferred = open.filter((server) => server.serverId === serverId);
    return fewestClients(preferred.length > 0 || isRequired ? preferred : open);
  }

  add(client: EmulatedClient): void {
    this.clients.set(client.connectionId, client);
    client.server?.clients.add(client);
    if (client.userId === undefined) return;
    insert(this.users, client.userId, client);
    for (const group of this.userGroups.groupsOf(client.userId))
      this.join(client.connectionId, group);
  }

  /** Removes a client of the hub, its group memberships and its pending invocations. */
  #remove(client: EmulatedClient): void {
    const id = client.connectionId;
    this.clients.delete(id);
    client.server?.forget(client);
    if (client.userId !== undefined) erase(this.users, client.userId, id);
    for (const group of client.groups) erase(this.groups, group, id);
    client.groups.clear();
    this.invocations.onClientDisconnected(client);
  }

  join(connectionId: string, group: string): boolean {
    const client = this.clients.get(connectionId);
    if (client === undefined) return false;
    client.groups.add(group);
    insert(this.groups, group, client);
    return true;
  }

  leave(connectionId: string, group: string): boolean {
    const client = this.clients.get(connectionId);
    if (client?.groups.delete(group) !== true) return false;
    erase(this.groups, group, connectionId);
    return true;
  }

  /** Returns false if the connection does not exist. */
  leaveAll(connectionId: string): boolean {
    const client = this.clients.get(connectionId);
    if (client === undefined) return false;
    for (const group of client.groups) this.leave(connectionId, group);
    return true;
  }

  /** Adds all connections of the user to a group, including future ones. `ttl` is in seconds. */
  userJoins(user: string, group: string, ttl?: number): void {
    this.userGroups.add(user, group, ttl);
    for (const client of this.ofUser(user)) this.join(client.connectionId, group);
  }

  /** Removes the user from a group; `null` means all groups. */
  userLeaves(user: string, group: string | null): void {
    for (const one of group === null ? this.userGroups.groupsOf(user) : [group])
      this.userGroups.remove(user, one);
    for (const client of this.ofUser(user)) {
      if (group === null) this.leaveAll(client.connectionId);
      else this.leave(client.connectionId, group);
    }
  }

  isUserIn(user: string, group: string): boolean {
    return (
      this.userGroups.has(user, group) ||
      [...this.ofUser(user)].some(({ groups }) => groups.has(group))
    );
  }

  membersOf(group: string): Iterable<EmulatedClient> {
    return this.groups.get(group)?.values() ?? [];
  }

  ofUser(user: string): Iterable<EmulatedClient> {
    return this.users.get(user)?.values() ?? [];
  }

  /** Sends to all receivers except the excluded connections and users. */
  send(
    receivers: Iterable<EmulatedClient>,
    payloads: Payloads,
    excluded: readonly string[] = [],
    excludedUsers: readonly string[] = [],
  ): void {
    const excludedIds = new Set(excluded);
    const excludedUserIds = new Set(excludedUsers);
    const message = new PayloadByProtocol(payloads);
    for (const client of receivers) {
      if (
        excludedIds.has(client.connectionId) ||
        (client.userId !== undefined && excludedUserIds.has(client.userId))
      )
        continue;
      if (client.sendMulticast(message)) this.counts.toClients++;
    }
  }

  /** Relays a client's data to its server. In serverless mode, the service handles the data. */
  relayFromClient(client: EmulatedClient, chunk: string | Uint8Array): void {
    if (this.clients.get(client.connectionId) !== client) return;
    this.counts.fromClients++;
    const { connectionId, server } = client;
    if (server === undefined) return client.onReceive?.(chunk);
    server.send({ type: ServiceMessageType.ConnectionData, connectionId, payload: chunk });
    if (server.isFull) server.hold(client);
  }

  /**
   * Called when a server connection has closed. Its clients move to another server if this is
   * allowed. Otherwise, they reconnect.
   */
  onServerDisconnected(server: ServerConnection): void {
    this.servers.delete(server);
    this.invocations.onServerDisconnected(server);
    for (const client of server.clients) {
      const other = server.migrationLevel === 2 ? this.pickOther(server) : undefined;
      if (other === undefined) this.closeClient(client, { allowReconnect: true });
      else this.migrate(client, other);
    }
  }

  /** Moves a client to another server. The client is not notified. */
  migrate(client: EmulatedClient, to: ServerConnection): void {
    const from = client.server as ClientServer;
    const { connectionId } = client;
    const { openConnection, handshake } = client.identity;
    if (from.isOpen) {
      const headers = new Map([['Asrs-Migrate-To', [to.serverId]]]);
      from.send({
        type: ServiceMessageType.CloseConnection,
        connectionId,
        errorMessage: '',
        headers,
      });
    }
    from.forget(client);
    client.discardParts();
    to.clients.add(client);
    client.server = to;
    // A client whose server went away before it answered the handshake starts afresh on the next
    // server.
    const isNew = !from.isOpen && !client.handshakeDone;
    const origin: [string, string[]][] = isNew ? [] : [['Asrs-Migrate-From', [from.serverId]]];
    to.send({ ...openConnection, headers: new Map([...openConnection.headers, ...origin]) });
    to.send({ type: ServiceMessageType.ConnectionData, connectionId, payload: handshake });
  }

  /** Closes a client and reports the reason to the client and its server. */
  closeClient(client: EmulatedClient, reason: CloseReason = {}): void {
    if (this.clients.get(client.connectionId) !== client) return;
    const record = client.handshakeDone ? closeMessage(client.protocol, reason) : undefined;
    if (record !== undefined) client.transport.send(record);
    this.onClientDisconnected(client, reason.error);
    client.transport.close();
  }

  /** Closes a client because its server requested it. */
  closedByServer(client: EmulatedClient): void {
    this.#remove(client);
    client.transport.close();
  }

  /** Removes a client that disconnected, and notifies its server. */
  onClientDisconnected(client: EmulatedClient, error = ''): void {
    if (this.clients.get(client.connectionId) !== client) return;
    this.#remove(client);
    const { connectionId, server } = client;
    if (server === undefined) client.onDisconnected?.(error);
    else if (server.isOpen) {
      server.send({
        type: ServiceMessageType.CloseConnection,
        connectionId,
        errorMessage: error,
        headers: noHeaders,
      });
    }
  }

  /**
   * Removes expired memberships, clients with expired authentication, silent clients, and old
   * invocations. `now` is the system time, and `runningTime` the time of the service's clock.
   */
  sweep(now: number, runningTime: number): void {
    for (const { user, group } of this.userGroups.removeExpired(now)) this.userLeaves(user, group);
    for (const client of this.clients.values()) {
      if ((client.identity.expiresAt ?? Infinity) <= now)
        this.closeClient(client, { allowReconnect: true });
      else client.onHeartbeat?.(runningTime);
    }
    this.invocations.sweep(performance.now());
  }
}

/** Returns the connection with the fewest clients, of the server with the fewest clients. */
function fewestClients(servers: readonly ServerConnection[]): ServerConnection | undefined {
  const load = new Map<string, number>();
  for (const { serverId, clients } of servers)
    load.set(serverId, (load.get(serverId) ?? 0) + clients.size);
  const loadOf = ({ serverId }: ServerConnection): number => load.get(serverId) ?? 0;
  return servers.toSorted((a, b) => loadOf(a) - loadOf(b) || a.clients.size - b.clients.size)[0];
}

function insert(index: Map<string, Clients>, key: string, client: EmulatedClient): void {
  const members = index.get(key);
  if (members === undefined) index.set(key, new Map([[client.connectionId, client]]));
  else members.set(client.connectionId, client);
}

function erase(index: Map<string, Clients>, key: string, connectionId: string): void {
  const members = index.get(key);
  if (members?.delete(connectionId) === true && members.size === 0) index.delete(key);
}
