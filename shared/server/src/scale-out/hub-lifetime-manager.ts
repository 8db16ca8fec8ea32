import type { SharedMessage } from './shared-message.ts';

/** What a lifetime manager sees of a connection. */
export interface LifetimeConnection {
  readonly connectionId: string;
  readonly userIdentifier: string | undefined;
  /** Sends; undefined when more may follow at once, else a promise for room in the connection's buffer. */
  write(message: SharedMessage): Promise<void> | undefined;
}

/**
 * Who gets what: the one seam that scale-out replaces. One for each hub class.
 * A send resolves when the message has been handed to the connections, not when clients have it.
 * Source: `HubLifetimeManager<THub>` of ASP.NET Core.
 */
export interface HubLifetimeManager {
  onConnected(connection: LifetimeConnection): Promise<void>;
  onDisconnected(connection: LifetimeConnection): Promise<void>;
  sendAll(method: string, args: readonly unknown[]): Promise<void>;
  sendAllExcept(method: string, args: readonly unknown[], excludedIds: readonly string[]): Promise<void>;
  sendConnection(connectionId: string, method: string, args: readonly unknown[]): Promise<void>;
  sendConnections(connectionIds: readonly string[], method: string, args: readonly unknown[]): Promise<void>;
  sendGroup(group: string, method: string, args: readonly unknown[]): Promise<void>;
  sendGroups(groups: readonly string[], method: string, args: readonly unknown[]): Promise<void>;
  sendGroupExcept(
    group: string,
    method: string,
    args: readonly unknown[],
    excludedIds: readonly string[],
  ): Promise<void>;
  sendUser(userId: string, method: string, args: readonly unknown[]): Promise<void>;
  sendUsers(userIds: readonly string[], method: string, args: readonly unknown[]): Promise<void>;
  addToGroup(connectionId: string, group: string): Promise<void>;
  removeFromGroup(connectionId: string, group: string): Promise<void>;
}

/** Makes the lifetime manager of a hub class; its name keeps hubs apart where they share a backplane. */
export type HubLifetimeManagerFactory = (hubName: string) => HubLifetimeManager;
