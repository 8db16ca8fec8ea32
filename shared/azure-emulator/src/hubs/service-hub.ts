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
  /** Messages since the hub has been there: of servers and REST, of clients, and to each client. */
  readonly counts = { fromServers: 0, fromClients: 0, toClients: 0 };

  constructor(name: string) {
    this.name = name;
  }

  /** Whether nobody is left and nothing is to be kept. */
  get isEmpty(): boolean {
    return this.servers.size === 0 && this.clients.size === 0 && this.userGroups.size === 0;
  }

  /** A connection to another server, for a client that has to move. */
  pickOther(server: ServerConnection): ServerConnection | undefined {
    return fewestClients(
      [...this.servers].filter((other) => other.serverId !== server.serverId && !other.isLeaving),
    );
  }

  /** A server connection for a new client: the one with the fewest. */
  pickServer(serverId?: string, isRequired = false): ServerConnection | undefined {
    const open = [...this.servers].filter((server) => server.isOpen && !server.isLeaving);
    const own = open.filter((server) => server.serverId === serverId);
    return fewestClients(own.length > 0 || isRequired ? own : open);
  }

  add(client: EmulatedClient): void {
    this.clients.set(client.connectionId, client);
    client.server?.clients.add(client);
    if (client.userId === undefined) return;
    put(this.users, client.userId, client);
    for (const group of this.userGroups.groupsOf(client.userId))
      this.join(client.connectionId, group);
  }

  /** Forgets a client and all that it had a part in. */
  remove(client: EmulatedClient): void {
    const id = client.connectionId;
    if (this.clients.get(id) !== client) return;
    this.clients.delete(id);
    client.server?.forget(client);
    if (client.userId !== undefined) take(this.users, client.userId, id);
    for (const group of client.groups) take(this.groups, group, id);
    client.groups.clear();
    this.invocations.clientLeft(client);
  }

  join(connectionId: string, group: string): boolean {
    const client = this.clients.get(connectionId);
    if (client === undefined) return false;
    client.groups.add(group);
    put(this.groups, group, client);
    return true;
  }

  leave(connectionId: string, group: string): boolean {
    const client = this.clients.get(connectionId);
    if (client?.groups.delete(group) !== true) return false;
    take(this.groups, group, connectionId);
    return true;
  }

  /** False where there is no such connection. */
  leaveAll(connectionId: string): boolean {
    const client = this.clients.get(connectionId);
    if (client === undefined) return false;
    for (const group of client.groups) this.leave(connectionId, group);
    return true;
  }

  /** All connections of the user join, and those that come later. `ttl` is in seconds. */
  userJoins(user: string, group: string, ttl?: number): void {
    this.userGroups.add(user, group, ttl);
    for (const client of this.ofUser(user)) this.join(client.connectionId, group);
  }

  /** `null` means all groups. */
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

  /** Sends to all receivers but the excluded ones: connection ids, and users. */
  send(
    receivers: Iterable<EmulatedClient>,
    payloads: Payloads,
    excluded: readonly string[] = [],
    excludedUsers: readonly string[] = [],
  ): void {
    const [without, withoutUsers] = [new Set(excluded), new Set(excludedUsers)];
    const message = new PayloadByProtocol(payloads);
    for (const client of receivers) {
      if (
        without.has(client.connectionId) ||
        (client.userId !== undefined && withoutUsers.has(client.userId))
      )
        continue;
      if (client.sendMulticast(message)) this.counts.toClients++;
    }
  }

  /** A client's data goes to its server, or on in the service where it has none. */
  clientSent(client: EmulatedClient, piece: string | Uint8Array): void {
    if (this.clients.get(client.connectionId) !== client) return;
    this.counts.fromClients++;
    const { connectionId, server } = client;
    if (server === undefined) return client.onReceive?.(piece);
    server.send({ type: ServiceMessageType.ConnectionData, connectionId, payload: piece });
    if (server.isFull) server.hold(client);
  }

  /** A server connection has ended: its clients are told to reconnect, or move where they may. */
  serverLost(server: ServerConnection): void {
    this.servers.delete(server);
    this.invocations.serverLost(server);
    for (const client of server.clients) {
      const other = server.migrationLevel === 2 ? this.pickOther(server) : undefined;
      if (other === undefined) this.closeClient(client, { allowReconnect: true });
      else this.migrate(client, other);
    }
  }

  /** Moves a client to another server; the client sees nothing of it. */
  migrate(client: EmulatedClient, to: ServerConnection): void {
    const from = client.server as ClientServer;
    const { connectionId } = client;
    const { introduction, handshake } = client.identity;
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
    to.clients.add(client);
    client.server = to;
    // Who has lost its server before that has answered its handshake is new to the next one, which answers it.
    const isNew = !from.isOpen && !client.handshakeDone;
    const origin: [string, string[]][] = isNew ? [] : [['Asrs-Migrate-From', [from.serverId]]];
    to.send({ ...introduction, headers: new Map([...introduction.headers, ...origin]) });
    to.send({ type: ServiceMessageType.ConnectionData, connectionId, payload: handshake });
  }

  /** The service ends a client: it is told why, and so is its server. */
  closeClient(client: EmulatedClient, reason: CloseReason = {}): void {
    if (this.clients.get(client.connectionId) !== client) return;
    const record = client.handshakeDone ? closeMessage(client.protocol, reason) : undefined;
    if (record !== undefined) client.transport.send(record);
    this.clientLeft(client, reason.error);
    client.transport.close();
  }

  /** A server ends a client of its own. */
  closedByServer(client: EmulatedClient): void {
    this.remove(client);
    client.transport.close();
  }

  /** The client is gone: its server is told. */
  clientLeft(client: EmulatedClient, error = ''): void {
    if (this.clients.get(client.connectionId) !== client) return;
    this.remove(client);
    const { connectionId, server } = client;
    if (server === undefined) client.onLeft?.(error);
    else if (server.isOpen) {
      server.send({
        type: ServiceMessageType.CloseConnection,
        connectionId,
        errorMessage: error,
        headers: noHeaders,
      });
    }
  }

  /** What is due: memberships and authentication end, questions are given up. */
  sweep(now: number): void {
    for (const { user, group } of this.userGroups.takeExpired(now)) this.userLeaves(user, group);
    for (const client of this.clients.values()) {
      if ((client.identity.expiresAt ?? Infinity) <= now)
        this.closeClient(client, { allowReconnect: true });
      else client.onBeat?.(now);
    }
    this.invocations.sweep(now);
  }
}

/** Of the server with the fewest clients the connection with the fewest. */
function fewestClients(servers: readonly ServerConnection[]): ServerConnection | undefined {
  const load = new Map<string, number>();
  for (const { serverId, clients } of servers)
    load.set(serverId, (load.get(serverId) ?? 0) + clients.size);
  const loadOf = ({ serverId }: ServerConnection): number => load.get(serverId) ?? 0;
  return servers.toSorted((a, b) => loadOf(a) - loadOf(b) || a.clients.size - b.clients.size)[0];
}

function put(index: Map<string, Clients>, key: string, client: EmulatedClient): void {
  const members = index.get(key);
  if (members === undefined) index.set(key, new Map([[client.connectionId, client]]));
  else members.set(client.connectionId, client);
}

function take(index: Map<string, Clients>, key: string, connectionId: string): void {
  const members = index.get(key);
  if (members?.delete(connectionId) === true && members.size === 0) index.delete(key);
}
