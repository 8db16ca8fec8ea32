import { type Payloads, ServiceMessageType } from '@practical-signalr/azure/service-protocol';
import type { EmulatedClient } from './emulated-client.ts';
import { errorTexts } from './error-texts.ts';
import type { ServerConnection } from './server-connection.ts';

type Clients = Map<string, EmulatedClient>;
const noHeaders = new Map<string, readonly string[]>();
const CLOSE = '{"type":7,"allowReconnect":true}\u001e';
const CLOSE_BYTES = Buffer.from([4, 0x93, 0x07, 0xc0, 0xc3]);

/** One hub of the service: its server connections, clients, groups and users. */
export class ServiceHub {
  readonly servers = new Set<ServerConnection>();
  readonly clients: Clients = new Map();
  readonly groups = new Map<string, Clients>();
  readonly users = new Map<string, Clients>();
  /** Questions to clients: which server asked. */
  readonly questions = new Map<string, { readonly connectionId: string; readonly caller: ServerConnection }>();

  /** A connection to another server, for a client that has to move. */
  pickOther(server: ServerConnection): ServerConnection | undefined {
    const others = [...this.servers].filter((other) => other.serverId !== server.serverId && !other.isLeaving);
    return others.sort((a, b) => a.clients.size - b.clients.size)[0];
  }

  /** A server connection for a new client: the one with the fewest. */
  pickServer(serverId?: string, isRequired = false): ServerConnection | undefined {
    const open = [...this.servers].filter((server) => server.isOpen && !server.isLeaving);
    const own = open.filter((server) => server.serverId === serverId);
    const candidates = own.length > 0 || isRequired ? own : open;
    return candidates.sort((a, b) => a.clients.size - b.clients.size)[0];
  }

  add(client: EmulatedClient): void {
    this.clients.set(client.connectionId, client);
    client.server.clients.add(client);
    if (client.userId !== undefined) put(this.users, client.userId, client);
  }

  /** Forgets a client and all that it had a part in. */
  remove(client: EmulatedClient): void {
    const id = client.connectionId;
    if (this.clients.get(id) !== client) return;
    this.clients.delete(id);
    client.server.clients.delete(client);
    if (client.userId !== undefined) take(this.users, client.userId, id);
    for (const group of client.groups) take(this.groups, group, id);
    client.groups.clear();
    this.#endQuestions(id);
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

  send(receivers: Iterable<EmulatedClient>, payloads: Payloads, excluded: readonly string[] = []): void {
    const without = excluded.length === 0 ? undefined : new Set(excluded);
    for (const client of receivers) if (without?.has(client.connectionId) !== true) client.sendOneOf(payloads);
  }

  /** A server connection has ended: its clients are told to reconnect, or move where they may. */
  serverLost(server: ServerConnection): void {
    this.servers.delete(server);
    for (const client of server.clients) {
      const other = server.migrationLevel === 2 ? this.pickOther(server) : undefined;
      if (other === undefined) this.closeWithReconnect(client);
      else this.migrate(client, other);
    }
  }

  /** Moves a client to another server; the client sees nothing of it. */
  migrate(client: EmulatedClient, to: ServerConnection): void {
    const from = client.server;
    const { connectionId, introduction, handshake } = client;
    if (from.isOpen) {
      const headers = new Map([['Asrs-Migrate-To', [to.serverId]]]);
      from.send({ type: ServiceMessageType.CloseConnection, connectionId, errorMessage: '', headers });
    }
    from.clients.delete(client);
    to.clients.add(client);
    client.server = to;
    const headers = new Map([...introduction.headers, ['Asrs-Migrate-From', [from.serverId]]]);
    to.send({ ...introduction, headers });
    to.send({ type: ServiceMessageType.ConnectionData, connectionId, payload: handshake });
  }

  closeWithReconnect(client: EmulatedClient): void {
    client.sendOwn(client.protocol === 'messagepack' ? CLOSE_BYTES : CLOSE);
    this.remove(client);
    client.close();
  }

  /** The client is gone: its server is told. */
  clientLeft(client: EmulatedClient): void {
    if (this.clients.get(client.connectionId) !== client) return;
    this.remove(client);
    const { connectionId, server } = client;
    server.send({ type: ServiceMessageType.CloseConnection, connectionId, errorMessage: '', headers: noHeaders });
  }

  /** Who asked a client that is gone is told. */
  #endQuestions(connectionId: string): void {
    for (const [invocationId, question] of this.questions) {
      if (question.connectionId !== connectionId) continue;
      this.questions.delete(invocationId);
      question.caller.send({
        type: ServiceMessageType.ErrorCompletion,
        invocationId,
        connectionId,
        callerServerId: question.caller.serverId,
        error: errorTexts.connectionLost(connectionId),
      });
    }
  }
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
