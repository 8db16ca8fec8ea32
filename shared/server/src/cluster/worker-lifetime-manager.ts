import { type CompletionMessage, type HubProtocol, MessageType } from '@practical-signalr/protocol';
import { errors } from '../errors.ts';
import { logMessages } from '../log-messages.ts';
import {
  ClientResultsManager,
  newInvocationId,
  sendInvocation,
} from '../scale-out/client-results-manager.ts';
import { allOf, ConnectionIndex, deliver, type Receivers } from '../scale-out/connection-index.ts';
import type { HealthReportEntry } from '../scale-out/health-report.ts';
import type { ConnectionCloser, HubLifetimeManager } from '../scale-out/hub-lifetime-manager.ts';
import type { LifetimeConnection } from '../scale-out/lifetime-connection.ts';
import type { ScaleOutHub } from '../scale-out/scale-out-hub.ts';
import { SharedMessage } from '../scale-out/shared-message.ts';
import { PendingQueries } from './pending-queries.ts';
import type { WorkerBus } from './worker-bus.ts';
import {
  MAXIMUM_REMOTE_INVOCATIONS,
  type RemovedInvocation,
  WorkerInvocations,
} from './worker-invocations.ts';
import type {
  CloseMessage,
  GroupCommand,
  QueryMessage,
  ResultMessage,
  SendMessage,
  WorkerMessage,
  WorkerTarget,
} from './worker-messages.ts';

const noIds: readonly string[] = [];

/**
 * Reaches the connections of all workers of one machine. Each send is encoded once, and one message
 * goes to each other worker, whatever the number of receivers.
 */
export class WorkerLifetimeManager implements HubLifetimeManager {
  readonly #hub: ScaleOutHub;
  readonly #bus: WorkerBus;
  readonly index = new ConnectionIndex();
  readonly #results = new ClientResultsManager();
  readonly #invocations = new WorkerInvocations();
  readonly #queries = new PendingQueries();
  /** The worker of the client of each invocation that this worker waits for, by invocation id. */
  readonly #holders = new Map<string, number>();
  readonly #stop: () => void;
  readonly closer: ConnectionCloser = {
    closeConnection: (connectionId) => this.#close('connections', connectionId),
    closeUser: (userId) => this.#close('users', userId),
  };

  constructor(hub: ScaleOutHub, bus: WorkerBus) {
    this.#hub = hub;
    this.#bus = bus;
    this.#stop = bus.listen(hub.hubName, {
      onMessage: (message, from) => this.#receive(message, from),
      onPeerGone: (worker) => this.#onPeerGone(worker),
    });
  }

  onConnected(connection: LifetimeConnection): Promise<void> {
    this.index.add(connection);
    return Promise.resolve();
  }

  onClosing({ connectionId }: LifetimeConnection): void {
    this.#results.connectionLost(connectionId);
    for (const [invocationId, { worker }] of this.#invocations.takeAll(connectionId)) {
      this.#reply(worker, { type: 'result', connectionId, invocationId, completion: undefined });
    }
  }

  onDisconnected(connection: LifetimeConnection): Promise<void> {
    const added = this.index.get(connection.connectionId);
    if (added !== undefined) this.index.remove(added);
    this.onClosing(connection);
    return Promise.resolve();
  }

  sendAll(method: string, args: readonly unknown[]): Promise<void> {
    return this.#send({ kind: 'all' }, method, args);
  }

  sendAllExcept(
    method: string,
    args: readonly unknown[],
    excludedIds: readonly string[],
  ): Promise<void> {
    return this.#send({ kind: 'all' }, method, args, excludedIds);
  }

  sendConnection(connectionId: string, method: string, args: readonly unknown[]): Promise<void> {
    return this.sendConnections([connectionId], method, args);
  }

  async sendConnections(
    connectionIds: readonly string[],
    method: string,
    args: readonly unknown[],
  ): Promise<void> {
    const names = [...new Set(connectionIds)];
    const message = new SharedMessage(method, args);
    const remoteIds = names.filter((id) => this.index.get(id) === undefined);
    // Before the first client receives it: a send that rejects must reach no client.
    const encoded = remoteIds.length > 0 ? this.#encode(message) : undefined;
    const local = this.#deliver({ kind: 'connections', names }, message, noIds);
    const remote = encoded && this.#publish({ kind: 'connections', names: remoteIds }, encoded);
    await Promise.all([local, remote]);
  }

  sendGroup(group: string, method: string, args: readonly unknown[]): Promise<void> {
    return this.sendGroups([group], method, args);
  }

  sendGroups(groups: readonly string[], method: string, args: readonly unknown[]): Promise<void> {
    return this.#send({ kind: 'groups', names: groups }, method, args);
  }

  sendGroupExcept(
    group: string,
    method: string,
    args: readonly unknown[],
    excludedIds: readonly string[],
  ): Promise<void> {
    return this.#send({ kind: 'groups', names: [group] }, method, args, excludedIds);
  }

  sendUser(userId: string, method: string, args: readonly unknown[]): Promise<void> {
    return this.sendUsers([userId], method, args);
  }

  sendUsers(userIds: readonly string[], method: string, args: readonly unknown[]): Promise<void> {
    return this.#send({ kind: 'users', names: [...new Set(userIds)] }, method, args);
  }

  addToGroup(connectionId: string, group: string): Promise<void> {
    return this.#changeGroup(connectionId, { kind: 'addToGroup', group });
  }

  removeFromGroup(connectionId: string, group: string): Promise<void> {
    return this.#changeGroup(connectionId, { kind: 'removeFromGroup', group });
  }

  invokeConnection(
    connectionId: string,
    method: string,
    args: readonly unknown[],
    signal?: AbortSignal,
  ): Promise<unknown> {
    const invocationId = newInvocationId();
    const message = new SharedMessage(method, args, invocationId);
    const result = this.#results.add(connectionId, invocationId, signal);
    if (this.#results.connectionOf(invocationId) === undefined) return result;
    try {
      const connection = this.index.get(connectionId);
      if (connection === undefined) this.#invokeRemote(connectionId, invocationId, message, result);
      else sendInvocation(connection, message);
    } catch (error) {
      // The connection closes, or an argument cannot be serialized.
      this.#results.fail(invocationId, error as Error);
    }
    return result;
  }

  setConnectionResult(connectionId: string, completion: CompletionMessage): void {
    const { invocationId } = completion;
    const invocation = this.#invocations.get(invocationId);
    if (invocation === undefined) {
      this.#results.tryComplete(connectionId, completion);
      return;
    }
    if (invocation.connectionId !== connectionId) throw errors.clientResultUnexpected(connectionId);
    this.#invocations.take(invocationId);
    this.#reply(invocation.worker, { type: 'result', connectionId, invocationId, completion });
  }

  /**
   * Returns `Degraded` without the channel to the primary process, because the worker does not
   * reach the others then.
   */
  health(): HealthReportEntry {
    const data = { scaleOut: 'workers', otherWorkers: this.#bus.peers.size };
    if (this.#bus.isConnected) return { status: 'Healthy', data };
    return { status: 'Degraded', description: logMessages.primaryNotReached, data };
  }

  close(): Promise<void> {
    this.#stop();
    this.#queries.close();
    return Promise.resolve();
  }

  // To other workers

  async #send(
    target: WorkerTarget,
    method: string,
    args: readonly unknown[],
    excludedIds = noIds,
  ): Promise<void> {
    const message = new SharedMessage(method, args);
    // Also without other workers: a send rejects if its arguments cannot be serialized, and must
    // then reach no client.
    const encoded = this.#encode(message);
    // Both start before the wait, so that later sends cannot overtake this one.
    const local = this.#deliver(target, message, excludedIds);
    const remote = this.#publish(target, encoded, excludedIds);
    await Promise.all([local, remote]);
  }

  #publish(
    target: WorkerTarget,
    encoded: SendMessage['encoded'],
    excludedIds = noIds,
  ): Promise<void> | undefined {
    if (this.#bus.peers.size === 0) return undefined;
    return this.#bus.publish(this.#hub.hubName, { type: 'send', target, excludedIds, encoded });
  }

  async #close(kind: CloseMessage['kind'], name: string): Promise<void> {
    this.#abort(kind, name);
    if (this.#bus.peers.size === 0) return;
    await this.#bus.publish(this.#hub.hubName, { type: 'close', kind, name });
  }

  async #changeGroup(connectionId: string, command: GroupCommand): Promise<void> {
    if (this.#applyGroup(connectionId, command)) return;
    // As without workers, a connection that does not exist is ignored.
    await this.#query(connectionId, command);
  }

  #invokeRemote(
    connectionId: string,
    invocationId: string,
    message: SharedMessage,
    result: Promise<unknown>,
  ): void {
    const encoded = this.#encode(message);
    this.#query(connectionId, { kind: 'invoke', invocationId, encoded })
      .then((holder) => {
        if (holder === undefined)
          this.#results.fail(invocationId, errors.connectionNotFound(connectionId));
        else if (!this.#bus.peers.has(holder))
          this.#results.fail(invocationId, errors.connectionLost(connectionId));
        else if (this.#results.connectionOf(invocationId) !== undefined)
          this.#holders.set(invocationId, holder);
      })
      .catch((error: unknown) => this.#results.fail(invocationId, error as Error));
    const forget = (): boolean => this.#holders.delete(invocationId);
    result.then(forget, forget);
  }

  /** Returns the worker that holds the connection and has run the command, if there is one. */
  async #query(
    connectionId: string,
    command: QueryMessage['command'],
  ): Promise<number | undefined> {
    const { id, holder } = this.#queries.create(this.#bus.peers);
    holder.catch(() => undefined); // it may reject before it is awaited
    if (this.#bus.peers.size > 0) {
      const query: QueryMessage = { type: 'query', id, connectionId, command };
      await this.#bus.publish(this.#hub.hubName, query);
    }
    return holder;
  }

  /** Called when a worker has ended. It holds no connection any more, and sends no result. */
  #onPeerGone(worker: number): void {
    this.#queries.onPeerGone(worker);
    for (const [invocationId, holder] of this.#holders) {
      const connectionId = this.#results.connectionOf(invocationId);
      if (holder === worker && connectionId !== undefined)
        this.#results.fail(invocationId, errors.connectionLost(connectionId));
    }
  }

  #reply(worker: number, message: WorkerMessage): void {
    this.#bus.send(this.#hub.hubName, worker, message);
  }

  #encode(message: SharedMessage): ReadonlyMap<string, Uint8Array> {
    return new Map(
      this.#hub.protocols.map((protocol) => [protocol.name, encode(message, protocol)]),
    );
  }

  // From other workers

  #receive(message: WorkerMessage, from: number): void {
    switch (message.type) {
      case 'send':
        this.#receiveSend(message);
        break;
      case 'query':
        this.#reply(from, {
          type: 'reply',
          id: message.id,
          isHolder: this.#runCommand(message, from),
        });
        break;
      case 'reply':
        this.#queries.onReply(message.id, from, message.isHolder);
        break;
      case 'result':
        this.#receiveResult(message);
        break;
      case 'close':
        this.#abort(message.kind, message.name);
        break;
      default:
    }
  }

  #abort(kind: CloseMessage['kind'], name: string): void {
    for (const connection of this.#find(kind, name)?.values() ?? []) connection.abort?.();
  }

  #receiveSend({ target, encoded, excludedIds }: SendMessage): void {
    // A client that does not read is closed by its own limit.
    void this.#deliver(target, SharedMessage.fromEncoded(encoded), excludedIds);
  }

  /** Runs a command if this worker holds the connection. Otherwise, returns false. */
  #runCommand({ connectionId, command }: QueryMessage, from: number): boolean {
    if (command.kind !== 'invoke') return this.#applyGroup(connectionId, command);
    const connection = this.index.get(connectionId);
    if (connection === undefined) return false;
    const removed = this.#invocations.add(command.invocationId, { connectionId, worker: from });
    if (removed !== undefined) this.#failRemoved(connectionId, removed);
    // The caller is waiting for a result that the client would not return.
    if (connection.isClosing === true) this.onClosing(connection);
    else void connection.write(SharedMessage.fromEncoded(command.encoded));
    return true;
  }

  /** Notifies the worker that waits for an invocation that this worker no longer knows. */
  #failRemoved(connectionId: string, { invocationId, worker }: RemovedInvocation): void {
    const error = errors.tooManyClientResults(connectionId, MAXIMUM_REMOTE_INVOCATIONS).message;
    const completion = { type: MessageType.Completion, invocationId, hasResult: false, error };
    this.#reply(worker, { type: 'result', connectionId, invocationId, completion });
  }

  #applyGroup(connectionId: string, { kind, group }: GroupCommand): boolean {
    const connection = this.index.get(connectionId);
    if (connection === undefined) return false;
    if (kind === 'addToGroup') this.index.join(connection, group);
    else this.index.leave(connectionId, group);
    return true;
  }

  #receiveResult({ connectionId, invocationId, completion }: ResultMessage): void {
    if (completion === undefined) {
      this.#results.fail(invocationId, errors.connectionLost(connectionId));
      return;
    }
    try {
      this.#results.tryComplete(connectionId, completion);
    } catch (error) {
      this.#hub.logger.warn(logMessages.workerMessageFailed(this.#hub.hubName), error);
    }
  }

  #deliver(
    target: WorkerTarget,
    message: SharedMessage,
    excludedIds: readonly string[],
  ): Promise<void> | undefined {
    if (target.kind === 'all') return deliver(this.index.all, message, excludedIds);
    // A member of two groups receives the message twice, as in ASP.NET Core.
    const waits = target.names
      .map((name) => deliver(this.#find(target.kind, name), message, excludedIds))
      .filter((wait) => wait !== undefined);
    return waits.length === 0 ? undefined : allOf(waits);
  }

  #find(kind: 'connections' | 'groups' | 'users', name: string): Receivers | undefined {
    if (kind === 'groups') return this.index.group(name);
    if (kind === 'users') return this.index.user(name);
    const connection = this.index.get(name);
    return connection && new Map([[name, connection]]);
  }
}

function encode(message: SharedMessage, protocol: HubProtocol): Uint8Array {
  const payload = message.encoded(protocol)?.payload ?? '';
  return typeof payload === 'string' ? Buffer.from(payload) : payload;
}
