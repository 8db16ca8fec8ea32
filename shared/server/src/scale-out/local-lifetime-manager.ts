import type { CompletionMessage } from '@practical-signalr/protocol';
import { errors } from '../errors.ts';
import { finishedSend as done } from './finished-send.ts';
import { ClientResultsManager, newInvocationId, sendInvocation } from './client-results-manager.ts';
import { allOf, ConnectionIndex, deliver, encodeFor, type Receivers } from './connection-index.ts';
import type { HealthReportEntry } from './health-report.ts';
import type { HubLifetimeManager } from './hub-lifetime-manager.ts';
import type { LifetimeConnection } from './lifetime-connection.ts';
import type { LocalHubPresence } from './local-presence.ts';
import { SharedMessage } from './shared-message.ts';

/**
 * The lifetime manager without scale-out: it reaches the connections of this process.
 * Source: `DefaultHubLifetimeManager<THub>` of ASP.NET Core.
 */
export class LocalLifetimeManager implements HubLifetimeManager {
  readonly index = new ConnectionIndex();
  readonly #results = new ClientResultsManager();
  readonly #presence: LocalHubPresence | undefined;

  /** `presence` lists the connections of this manager. */
  constructor(presence?: LocalHubPresence) {
    this.#presence = presence;
  }

  onConnected(connection: LifetimeConnection): Promise<void> {
    this.index.add(connection);
    this.#presence?.add(connection);
    return done;
  }

  onClosing({ connectionId }: LifetimeConnection): void {
    this.#results.connectionLost(connectionId);
  }

  onDisconnecting(connection: LifetimeConnection): Promise<void> {
    this.#presence?.remove(connection);
    return done;
  }

  onDisconnected(connection: LifetimeConnection): Promise<void> {
    this.#presence?.remove(connection);
    this.index.remove(connection);
    this.#results.connectionLost(connection.connectionId);
    return done;
  }

  sendAll(method: string, args: readonly unknown[]): Promise<void> {
    return sendTo(this.index.all, new SharedMessage(method, args));
  }

  sendAllExcept(
    method: string,
    args: readonly unknown[],
    excludedIds: readonly string[],
  ): Promise<void> {
    return sendTo(this.index.all, new SharedMessage(method, args), excludedIds);
  }

  sendConnection(connectionId: string, method: string, args: readonly unknown[]): Promise<void> {
    return this.index.get(connectionId)?.write(new SharedMessage(method, args)) ?? done;
  }

  sendConnections(
    connectionIds: readonly string[],
    method: string,
    args: readonly unknown[],
  ): Promise<void> {
    const receivers = new Map<string, LifetimeConnection>();
    for (const id of connectionIds) {
      const connection = this.index.get(id);
      if (connection !== undefined) receivers.set(id, connection);
    }
    return sendTo(receivers, new SharedMessage(method, args));
  }

  sendGroup(group: string, method: string, args: readonly unknown[]): Promise<void> {
    return sendTo(this.index.group(group), new SharedMessage(method, args));
  }

  sendGroups(groups: readonly string[], method: string, args: readonly unknown[]): Promise<void> {
    // A member of two of the groups receives the message twice, as in ASP.NET Core.
    const message = new SharedMessage(method, args);
    return sendToEach(
      groups.map((group) => this.index.group(group)),
      message,
    );
  }

  sendGroupExcept(
    group: string,
    method: string,
    args: readonly unknown[],
    excludedIds: readonly string[],
  ): Promise<void> {
    return sendTo(this.index.group(group), new SharedMessage(method, args), excludedIds);
  }

  sendUser(userId: string, method: string, args: readonly unknown[]): Promise<void> {
    return sendTo(this.index.user(userId), new SharedMessage(method, args));
  }

  sendUsers(userIds: readonly string[], method: string, args: readonly unknown[]): Promise<void> {
    const message = new SharedMessage(method, args);
    return sendToEach(
      [...new Set(userIds)].map((userId) => this.index.user(userId)),
      message,
    );
  }

  addToGroup(connectionId: string, group: string): Promise<void> {
    const connection = this.index.get(connectionId);
    if (connection === undefined) return done;
    this.index.join(connection, group);
    this.#presence?.join(connectionId, group);
    return done;
  }

  removeFromGroup(connectionId: string, group: string): Promise<void> {
    this.index.leave(connectionId, group);
    this.#presence?.leave(connectionId, group);
    return done;
  }

  invokeConnection(
    connectionId: string,
    method: string,
    args: readonly unknown[],
    signal?: AbortSignal,
  ): Promise<unknown> {
    const connection = this.index.get(connectionId);
    if (connection === undefined) return Promise.reject(errors.connectionNotFound(connectionId));
    const invocationId = newInvocationId();
    const result = this.#results.add(connectionId, invocationId, signal);
    try {
      if (this.#results.connectionOf(invocationId) !== undefined)
        sendInvocation(connection, new SharedMessage(method, args, invocationId));
    } catch (error) {
      // The connection closes, or an argument cannot be serialized.
      this.#results.fail(invocationId, error as Error);
    }
    return result;
  }

  setConnectionResult(connectionId: string, completion: CompletionMessage): void {
    this.#results.tryComplete(connectionId, completion);
  }

  /** Returns `Healthy`, because a server without scale-out has no other servers to reach. */
  health(): HealthReportEntry {
    return { status: 'Healthy', data: { scaleOut: 'none' } };
  }
}

const sendTo = (
  receivers: Receivers | undefined,
  message: SharedMessage,
  excludedIds?: readonly string[],
): Promise<void> => deliver(receivers, message, excludedIds) ?? done;

function sendToEach(
  sets: readonly (Receivers | undefined)[],
  message: SharedMessage,
): Promise<void> {
  for (const receivers of sets) encodeFor(receivers, message);
  return allOf(sets.map((receivers) => sendTo(receivers, message)));
}
