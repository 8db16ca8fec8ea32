import {
  ClientResultsManager,
  type CompletionMessage,
  ConnectionIndex,
  deliver,
  type HealthReportEntry,
  type HubLifetimeManager,
  type HubProtocol,
  type LifetimeConnection,
  newInvocationId,
  type RecoveryReply,
  type RecoveryRequest,
  type ScaleOutHub,
  sendInvocation,
  SharedMessage,
} from '@practical-signalr/server/scale-out';
import { ConnectionSubscriptions } from './connection-subscriptions.ts';
import { RedisHandOver } from './hand-over/redis-hand-over.ts';
import { GroupCommands } from './group-commands.ts';
import { RedisClientManager } from './hub-context/client-manager.ts';
import { HubHistory } from './history/hub-history.ts';
import { ALL_TARGET, groupTarget, userTarget } from './history/history-sessions.ts';
import { PendingAcks } from './pending-acks.ts';
import { degradeHealth } from './pub-sub/degrade-health.ts';
import { encodeFor, publishedProtocols } from './pub-sub/message-encoder.ts';
import { HubPresenceTracking } from './presence/hub-presence-tracking.ts';
import type { PresenceTracker } from './presence/presence-tracker.ts';
import { HEARTBEAT_ID, RedisBus } from './pub-sub/redis-bus.ts';
import { isNamed, RedisChannels, wellFormed } from './pub-sub/redis-channels.ts';
import type { ResolvedRedisOptions } from './redis-options.ts';
import { RemoteClientResults } from './client-results/remote-client-results.ts';
import { IncomingCommands } from './server-commands/incoming-commands.ts';
import { ServerCommands } from './server-commands/server-commands.ts';
import * as wire from './pub-sub/redis-protocol.ts';

const done = Promise.resolve();

/**
 * Reaches the connections of all servers over Redis. Source: `RedisHubLifetimeManager<THub>` of
 * Microsoft.AspNetCore.SignalR.StackExchangeRedis, with which it is wire-compatible.
 */
export class RedisLifetimeManager implements HubLifetimeManager {
  readonly serverName: string;
  readonly channels: RedisChannels;
  readonly bus: RedisBus;
  readonly commands: ServerCommands;
  readonly closer: RedisClientManager;
  readonly handOver: RedisHandOver | undefined;
  readonly #hub: ScaleOutHub;
  readonly #protocols: readonly HubProtocol[];
  readonly index = new ConnectionIndex();
  readonly #results = new ClientResultsManager();
  readonly #remoteResults: RemoteClientResults;
  readonly #acks: PendingAcks;
  readonly #groupCommands: GroupCommands;
  readonly #subscriptions: ConnectionSubscriptions;
  readonly #tracking: HubPresenceTracking | undefined;
  readonly #history: HubHistory | undefined;

  constructor(options: ResolvedRedisOptions, hub: ScaleOutHub) {
    this.#hub = hub;
    this.#protocols = options.protocols ?? publishedProtocols(hub.protocols);
    const serverName = options.serverName();
    this.serverName = serverName;
    const hubName = hub.hasExplicitName === true ? hub.hubName : options.hubName(hub.hubName);
    this.channels = new RedisChannels(options.channelPrefix, hubName, serverName);
    this.bus = new RedisBus(options, hub, this.channels.ack, {
      onDisconnected: (cause) => this.#remoteResults.onOutage(this.index, cause),
      onReconnected: () => {
        this.#remoteResults.onReconnected();
        this.#tracking?.reset();
        this.#history?.onReconnected();
      },
    });
    const { logger } = hub;
    if (options.presence !== undefined) {
      const trackedHub = { hubName, serverName, logger, channel: this.channels.presence };
      this.#tracking = new HubPresenceTracking(options.presence, this.bus, trackedHub);
    }
    if (options.history !== undefined) {
      this.#history = new HubHistory(options.history, options, this.bus, this.channels, {
        hubName,
        logger,
        index: this.index,
        join: (connection, group) => this.#join(connection, group),
      });
    }
    this.#acks = new PendingAcks(options.ackTimeout);
    const { bus, channels } = this;
    this.#groupCommands = new GroupCommands(options, bus, channels, serverName, this.#acks);
    this.commands = new ServerCommands(
      options,
      this.bus,
      this.#acks,
      this.channels.serverCommands,
      serverName,
    );
    this.closer = new RedisClientManager(this.bus, this.channels, this.commands);
    this.#remoteResults = new RemoteClientResults({
      hub,
      options,
      protocols: this.#protocols,
      bus: this.bus,
      channels: this.channels,
      results: this.#results,
    });
    this.#subscriptions = new ConnectionSubscriptions(
      this.bus,
      this.channels,
      this.index,
      this.#remoteResults,
      this.#history,
    );
    if (options.handOver) {
      this.handOver = new RedisHandOver({
        bus: this.bus,
        channels: this.channels,
        timeout: options.heartbeatTimeout,
        index: this.index,
        results: this.#results,
        remoteResults: this.#remoteResults,
        presence: this.#presence,
        subscriptions: this.#subscriptions,
        history: this.#history,
        remove: (connection) => this.onDisconnected(connection),
      });
      this.#subscriptions.handOver = this.handOver;
    }
    this.#subscribeToServerChannels(options.holdsConnections);
    this.bus.open();
  }

  get #presence(): PresenceTracker | undefined {
    return this.#tracking?.tracker;
  }

  #subscribeToServerChannels(holdsConnections: boolean): void {
    const { groupCommands, serverCommands, ack, return: returned } = this.channels;
    // The bus subscribes when it connects, so none of these can be refused yet.
    if (holdsConnections) {
      this.#subscriptions.subscribeToAll();
      const remote = new IncomingCommands(this, this.index, this.#groupCommands, this.#hub.logger);
      const inOrder = (handle: (payload: Uint8Array) => undefined) => (payload: Uint8Array) => {
        this.#history?.deliverArrived();
        return handle(payload);
      };
      void this.bus.subscribe(groupCommands, inOrder(remote.onGroupCommand));
      void this.bus.subscribe(serverCommands, inOrder(remote.onServerCommand));
    }
    void this.bus.subscribe(ack, (payload) => this.#onAck(payload));
    void this.bus.subscribe(returned, (payload) =>
      this.#remoteResults.onCompletion(wire.readCompletion(payload)),
    );
  }

  async onConnected(connection: LifetimeConnection): Promise<void> {
    const { connectionId, userIdentifier } = connection;
    this.#history?.onConnected(connection);
    this.index.add(connection);
    try {
      await Promise.all([
        this.#subscriptions.subscribe(connection),
        this.#presence?.addConnection(connectionId, userIdentifier),
      ]);
    } catch (error) {
      await this.onDisconnected(connection);
      throw error;
    }
  }

  onClosing(connection: LifetimeConnection): void {
    this.#remoteResults.onDisconnected(connection);
  }

  async onDisconnecting({ connectionId }: LifetimeConnection): Promise<void> {
    await this.#presence?.removeConnection(connectionId);
  }

  async onDisconnected(connection: LifetimeConnection): Promise<void> {
    const { connectionId, userIdentifier } = connection;
    const { groups, user } = this.index.remove(connection);
    this.#history?.onDisconnected(connectionId);
    this.#remoteResults.onDisconnected(connection);
    this.handOver?.onRemoved(connectionId);
    await Promise.all([
      this.#subscriptions.unsubscribe(connectionId, groups, user ? userIdentifier : undefined),
      this.#presence?.removeConnection(connectionId),
    ]);
  }

  sendAll(method: string, args: readonly unknown[]): Promise<void> {
    return this.#sendToAll(new SharedMessage(method, args), []);
  }

  sendAllExcept(
    method: string,
    args: readonly unknown[],
    excludedIds: readonly string[],
  ): Promise<void> {
    return this.#sendToAll(new SharedMessage(method, args), excludedIds);
  }

  sendConnection(connectionId: string, method: string, args: readonly unknown[]): Promise<void> {
    const message = new SharedMessage(method, args);
    const connection = this.index.get(connectionId);
    if (connection !== undefined) return connection.write(message) ?? done;
    return this.#send(this.channels.connection(connectionId), message, [], () => undefined);
  }

  sendConnections(
    connectionIds: readonly string[],
    method: string,
    args: readonly unknown[],
  ): Promise<void> {
    const message = new SharedMessage(method, args);
    const sendLocal = (id: string) => () => this.index.get(id)?.write(message);
    return this.#sendEach([...new Set(connectionIds)], (id) =>
      this.#send(this.channels.connection(id), message, [], sendLocal(id)),
    );
  }

  sendGroup(group: string, method: string, args: readonly unknown[]): Promise<void> {
    return this.#sendToGroup(group, new SharedMessage(method, args), []);
  }

  sendGroups(groups: readonly string[], method: string, args: readonly unknown[]): Promise<void> {
    const message = new SharedMessage(method, args);
    return this.#sendEach(groups, (group) => this.#sendToGroup(group, message, []));
  }

  sendGroupExcept(
    group: string,
    method: string,
    args: readonly unknown[],
    excludedIds: readonly string[],
  ): Promise<void> {
    return this.#sendToGroup(group, new SharedMessage(method, args), excludedIds);
  }

  sendUser(userId: string, method: string, args: readonly unknown[]): Promise<void> {
    return this.#sendToUser(userId, new SharedMessage(method, args));
  }

  sendUsers(userIds: readonly string[], method: string, args: readonly unknown[]): Promise<void> {
    const message = new SharedMessage(method, args);
    return this.#sendEach([...new Set(userIds)], (userId) => this.#sendToUser(userId, message));
  }

  addToGroup(connectionId: string, group: string): Promise<void> {
    const departed = this.handOver?.whenDeparted(connectionId);
    if (departed !== undefined) return departed.then(() => this.addToGroup(connectionId, group));
    const connection = this.index.get(connectionId);
    if (connection === undefined)
      return this.#groupCommands.send(wire.GroupAction.Add, connectionId, group);
    return this.#join(connection, group);
  }

  removeFromGroup(connectionId: string, group: string): Promise<void> {
    const departed = this.handOver?.whenDeparted(connectionId);
    if (departed !== undefined)
      return departed.then(() => this.removeFromGroup(connectionId, group));
    const connection = this.index.get(connectionId);
    if (connection === undefined)
      return this.#groupCommands.send(wire.GroupAction.Remove, connectionId, group);
    return this.#leave(connectionId, group);
  }

  invokeConnection(
    connectionId: string,
    method: string,
    args: readonly unknown[],
    signal?: AbortSignal,
  ): Promise<unknown> {
    const departed = this.handOver?.whenDeparted(connectionId);
    if (departed !== undefined)
      return departed.then(() => this.invokeConnection(connectionId, method, args, signal));
    const invocationId = newInvocationId();
    const message = new SharedMessage(method, args, invocationId);
    const connection = this.index.get(connectionId);
    const result = this.#results.add(connectionId, invocationId, signal);
    if (this.#results.connectionOf(invocationId) === undefined) return result;
    try {
      if (connection !== undefined) sendInvocation(connection, message);
      else this.#remoteResults.invoke(connectionId, invocationId, message);
    } catch (error) {
      // The connection closes, or an argument cannot be serialized.
      this.#results.fail(invocationId, error as Error);
    }
    return result;
  }

  setConnectionResult(connectionId: string, completion: CompletionMessage): void {
    const connection = this.index.get(connectionId);
    const isSent = this.#remoteResults.sendResult(connection, connectionId, completion);
    if (!isSent) this.#results.tryComplete(connectionId, completion);
  }

  recover(connection: LifetimeConnection, request: RecoveryRequest): Promise<RecoveryReply> {
    if (this.#history !== undefined) return this.#history.recover(connection, request);
    return Promise.resolve({ recovered: false, reason: 'unsupported', groups: [] });
  }

  health(): HealthReportEntry {
    const problems = { Presence: this.#presence?.problem, History: this.#history?.problem };
    return degradeHealth(this.bus.health(), problems);
  }

  async close(): Promise<void> {
    this.handOver?.close();
    this.#acks.close();
    this.#history?.close();
    try {
      await this.bus.close();
    } finally {
      await this.#tracking?.close();
    }
  }

  #sendToAll(message: SharedMessage, excludedIds: readonly string[]): Promise<void> {
    const local = (): Promise<void> | undefined => deliver(this.index.all, message, excludedIds);
    return this.#send(this.channels.all, message, excludedIds, local, ALL_TARGET);
  }

  #sendToGroup(
    name: string,
    message: SharedMessage,
    excludedIds: readonly string[],
  ): Promise<void> {
    const group = wellFormed(name);
    const local = (): Promise<void> | undefined =>
      deliver(this.index.group(group), message, excludedIds);
    return this.#send(this.channels.group(group), message, excludedIds, local, groupTarget(group));
  }

  #sendToUser(userId: string, message: SharedMessage): Promise<void> {
    const local = (): Promise<void> | undefined => deliver(this.index.user(userId), message);
    return this.#send(this.channels.user(userId), message, [], local, userTarget(userId));
  }

  async #sendEach(names: readonly string[], send: (name: string) => Promise<void>): Promise<void> {
    await Promise.all(names.filter(isNamed).map(send));
  }

  #send(
    channel: string,
    message: SharedMessage,
    excludedConnectionIds: readonly string[],
    local: () => Promise<void> | undefined,
    target?: string,
  ): Promise<void> {
    const payload = (): Uint8Array =>
      wire.writeInvocation({
        excludedConnectionIds,
        messages: encodeFor(this.#protocols, message),
      });
    const history = this.#history;
    if (history === undefined || target === undefined)
      return this.bus.send(channel, payload, local);
    const localOnly = (): Promise<void> | undefined => {
      history.recordGap();
      return local();
    };
    return this.bus.send(channel, payload, localOnly, history.publishTo(target));
  }

  async #join(connection: LifetimeConnection, name: string): Promise<void> {
    const group = wellFormed(name);
    if (this.index.get(connection.connectionId) !== connection) return; // it has closed
    this.index.join(connection, group);
    try {
      await this.#subscriptions.subscribeToGroup(group);
    } catch (error) {
      this.index.leave(connection.connectionId, group);
      throw error;
    }
    if (this.index.groupsOf(connection.connectionId)?.has(group) === true) {
      await Promise.all([
        this.#presence?.addToGroup(connection.connectionId, group),
        this.#history?.changeGroup(connection.connectionId, group, 'add'),
      ]);
    }
  }

  async #leave(connectionId: string, name: string): Promise<void> {
    const group = wellFormed(name);
    await Promise.all([
      this.#subscriptions.leaveGroup(connectionId, group),
      this.#history?.changeGroup(connectionId, group, 'remove'),
      this.#presence?.removeFromGroup(connectionId, group),
    ]);
  }

  #onAck(payload: Uint8Array): undefined {
    const id = wire.readAck(payload);
    if (id === HEARTBEAT_ID) this.bus.onHeartbeat();
    else this.#acks.complete(id);
  }
}
