import type { ClientProxy, GroupManager, HubClients } from '../hubs/hub-clients.ts';

/**
 * Selects clients of a hub from a process without the hub. Not every such process can wait for the
 * result of a client, so `client` only sends. Source: `IHubClients` of ASP.NET Core.
 */
export interface RemoteHubClients<TClient> extends Omit<HubClients<TClient>, 'client'> {
  /** The client with this connection id. */
  client(connectionId: string): ClientProxy<TClient>;
}

/** Adds the connections of users to groups, and removes them. */
export interface RemoteUserGroups {
  /** Adds all connections of a user to a group. */
  add(userId: string, group: string): Promise<void>;
  /** Removes all connections of a user from a group. */
  remove(userId: string, group: string): Promise<void>;
}

/** Options of the methods that close several connections. */
export interface CloseOptions {
  /** The ids of connections that stay open. Default: none. */
  readonly excluded?: readonly string[];
  /** The error that the clients receive. Default: none. */
  readonly reason?: string;
}

/** Checks and closes connections. A client that is closed does not reconnect by itself. */
export interface RemoteClientManager {
  /** Returns whether a server holds the connection. */
  connectionExists(connectionId: string): Promise<boolean>;
  /** Returns whether the user has a connection. */
  userExists(userId: string): Promise<boolean>;
  /** Returns whether the group has a member. */
  groupExists(group: string): Promise<boolean>;
  /**
   * Closes a connection. Does nothing if it does not exist. The client receives `reason` as its
   * error.
   */
  closeConnection(connectionId: string, reason?: string): Promise<void>;
  /** Closes all connections of a user. */
  closeUser(userId: string, options?: CloseOptions): Promise<void>;
  /** Closes all members of a group. */
  closeGroup(group: string, options?: CloseOptions): Promise<void>;
  /** Closes all connections of the hub. */
  closeAll(options?: CloseOptions): Promise<void>;
}

/**
 * Sends to the clients of a hub, and manages them, from a process without the hub: a worker, a
 * script, a function or another service. `redisHubContext` of `@practical-signalr/redis` and
 * `ServiceManager` of `@practical-signalr/azure/management` return one.
 * @example
 * async function announce(chat: RemoteHubContext<ChatClient>): Promise<void> {
 *   await chat.clients.all.send('receiveMessage', 'server', 'Good morning');
 * }
 */
export interface RemoteHubContext<TClient> {
  /** Each send resolves when the backplane or service has accepted the message. */
  readonly clients: RemoteHubClients<TClient>;
  readonly groups: GroupManager;
  readonly userGroups: RemoteUserGroups;
  readonly clientManager: RemoteClientManager;
}
