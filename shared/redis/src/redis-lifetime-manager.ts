import {
  ClientResultsManager,
  type CompletionMessage,
  ConnectionIndex,
  deliver,
  type HealthReportEntry,
  type HubLifetimeManager,
  type HubMessage,
  type HubProtocol,
  type LifetimeConnection,
  MessageType,
  newInvocationId,
  type Receivers,
  type ScaleOutHub,
  SharedMessage,
} from '@practical-signalr/server/scale-out';
import { errorTexts } from './error-texts.ts';
import { ForeignQuestions } from './foreign-questions.ts';
import { bytesOf, encodeFor, publishedProtocols } from './message-encoder.ts';
import { PendingAcks } from './pending-acks.ts';
import type { PresenceTracker } from './presence/presence-tracker.ts';
import { HEARTBEAT_ID, RedisBus } from './redis-bus.ts';
import { RedisChannels } from './redis-channels.ts';
import type { ResolvedRedisOptions } from './redis-options.ts';
import * as wire from './redis-protocol.ts';

const done = Promise.resolve();

/**
 * Reaches the connections of all servers over Redis. Source: `RedisHubLifetimeManager<THub>` of
 * Microsoft.AspNetCore.SignalR.StackExchangeRedis, with which it is wire-compatible.
 */
export class RedisLifetimeManager implements HubLifetimeManager {
  readonly #hub: ScaleOutHub;
  readonly #options: ResolvedRedisOptions;
  readonly #protocols: readonly HubProtocol[];
  readonly #serverName: string;
  readonly #channels: RedisChannels;
  readonly #bus: RedisBus;
  readonly #index = new ConnectionIndex();
  readonly #results = new ClientResultsManager();
  readonly #questions = new ForeignQuestions();
  readonly #acks: PendingAcks;
  readonly #presence: PresenceTracker | undefined;

  constructor(options: ResolvedRedisOptions, hub: ScaleOutHub) {
    this.#hub = hub;
    this.#options = options;
    this.#protocols = options.protocols ?? publishedProtocols(hub.protocols);
    this.#serverName = options.serverName();
    const hubName = options.hubName(hub.hubName);
    this.#channels = new RedisChannels(options.channelPrefix, hubName, this.#serverName);
    this.#presence = options.presence?.track(hubName, this.#serverName);
    this.#acks = new PendingAcks(options.ackTimeout);
    this.#bus = new RedisBus(options, hub, this.#channels.ack);
    const { all, groupCommands, ack, return: returned } = this.#channels;
    const listening = [
      this.#bus.listen(all, (payload) => this.#toReceivers(payload, this.#index.all)),
      this.#bus.listen(groupCommands, (payload) =>
        this.#onGroupCommand(wire.readGroupCommand(payload)),
      ),
      this.#bus.listen(ack, (payload) => this.#onAck(wire.readAck(payload))),
      this.#bus.listen(returned, (payload) => this.#onCompletion(wire.readCompletion(payload))),
    ];
    void Promise.all(listening); // asked for on every new connection, so none of them can fail here
    this.#bus.open();
  }

  async onConnected(connection: LifetimeConnection): Promise<void> {
    const { connectionId, userIdentifier } = connection;
    this.#index.add(connection);
    try {
      const listening = [
        this.#bus.listen(this.#channels.connection(connectionId), (payload) =>
          this.#toConnection(payload, connection),
        ),
      ];
      if (isNamed(userIdentifier)) {
        listening.push(
          this.#bus.listen(this.#channels.user(userIdentifier), (payload) =>
            this.#toReceivers(payload, this.#index.user(userIdentifier)),
          ),
        );
      }
      if (this.#presence !== undefined)
        listening.push(this.#presence.connected(connectionId, userIdentifier));
      await Promise.all(listening);
    } catch (error) {
      await this.onDisconnected(connection);
      throw error;
    }
  }

  async onDisconnected(connection: LifetimeConnection): Promise<void> {
    const { connectionId, userIdentifier } = connection;
    const { groups, user } = this.#index.remove(connection);
    this.#results.connectionLost(connectionId);
    for (const [invocationId, address] of this.#questions.takeAll(connectionId)) {
      const error = errorTexts.connectionDisconnected;
      this.#answer(connection, address, {
        type: MessageType.Completion,
        invocationId,
        hasResult: false,
        error,
      });
    }
    const left = [this.#bus.unlisten(this.#channels.connection(connectionId))];
    for (const group of groups) left.push(this.#bus.unlisten(this.#channels.group(group)));
    if (user && isNamed(userIdentifier))
      left.push(this.#bus.unlisten(this.#channels.user(userIdentifier)));
    if (this.#presence !== undefined) left.push(this.#presence.disconnected(connectionId));
    await Promise.all(left);
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
    const connection = this.#index.get(connectionId);
    if (connection !== undefined) return connection.write(message) ?? done;
    return this.#send(this.#channels.connection(connectionId), message, [], () => undefined);
  }

  sendConnections(
    connectionIds: readonly string[],
    method: string,
    args: readonly unknown[],
  ): Promise<void> {
    const message = new SharedMessage(method, args);
    const toOne = (id: string) => () => this.#index.get(id)?.write(message);
    return this.#sendEach([...new Set(connectionIds)], (id) =>
      this.#send(this.#channels.connection(id), message, [], toOne(id)),
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
    const connection = this.#index.get(connectionId);
    if (connection === undefined) return this.#command(wire.GroupAction.Add, connectionId, group);
    return this.#join(connection, group);
  }

  removeFromGroup(connectionId: string, group: string): Promise<void> {
    const connection = this.#index.get(connectionId);
    if (connection === undefined)
      return this.#command(wire.GroupAction.Remove, connectionId, group);
    return this.#leave(connectionId, group);
  }

  invokeConnection(
    connectionId: string,
    method: string,
    args: readonly unknown[],
    signal?: AbortSignal,
  ): Promise<unknown> {
    const invocationId = newInvocationId();
    const message = new SharedMessage(method, args, invocationId);
    const connection = this.#index.get(connectionId);
    const result = this.#results.add(connectionId, invocationId, signal);
    if (signal?.aborted === true) return result;
    try {
      if (connection !== undefined) void connection.write(message);
      else {
        const messages = encodeFor(this.#protocols, message);
        const returnAddress = this.#channels.returnAddress;
        const payload = wire.writeInvocation({
          excludedConnectionIds: [],
          messages,
          invocationId,
          returnAddress,
        });
        void this.#ask(connectionId, invocationId, payload);
      }
    } catch (error) {
      this.#results.fail(invocationId, error as Error); // arguments that cannot be written
    }
    return result;
  }

  setConnectionResult(connectionId: string, completion: CompletionMessage): void {
    const address = this.#questions.take(connectionId, completion.invocationId);
    if (address === undefined) this.#results.tryComplete(connectionId, completion);
    else this.#answer(this.#index.get(connectionId), address, completion);
  }

  health(): HealthReportEntry {
    return this.#bus.health();
  }

  async close(): Promise<void> {
    this.#acks.close();
    this.#bus.close();
    await this.#presence?.close();
    if (this.#presence !== undefined) this.#options.presence?.release();
  }

  // ---- to Redis

  #sendToAll(message: SharedMessage, excludedIds: readonly string[]): Promise<void> {
    return this.#send(this.#channels.all, message, excludedIds, () =>
      deliver(this.#index.all, message, excludedIds),
    );
  }

  #sendToGroup(
    group: string,
    message: SharedMessage,
    excludedIds: readonly string[],
  ): Promise<void> {
    const local = (): Promise<void> | undefined =>
      deliver(this.#index.group(group), message, excludedIds);
    return this.#send(this.#channels.group(group), message, excludedIds, local);
  }

  #sendToUser(userId: string, message: SharedMessage): Promise<void> {
    return this.#send(this.#channels.user(userId), message, [], () =>
      deliver(this.#index.user(userId), message),
    );
  }

  async #sendEach(names: readonly string[], send: (name: string) => Promise<void>): Promise<void> {
    await Promise.all(names.filter(isNamed).map(send));
  }

  #send(
    channel: string,
    message: SharedMessage,
    excludedConnectionIds: readonly string[],
    local: () => Promise<void> | undefined,
  ): Promise<void> {
    const payload = (): Uint8Array =>
      wire.writeInvocation({
        excludedConnectionIds,
        messages: encodeFor(this.#protocols, message),
      });
    return this.#bus.send(channel, payload, local);
  }

  async #ask(connectionId: string, invocationId: string, payload: Uint8Array): Promise<void> {
    try {
      const receivers = await this.#bus.request(this.#channels.connection(connectionId), payload);
      if (receivers > 0) return;
      if (this.#options.countsReceivers)
        throw new Error(errorTexts.connectionDoesNotExist(connectionId));
      const { ackTimeout } = this.#options;
      const giveUp = new Error(errorTexts.noAnswer(connectionId, ackTimeout));
      setTimeout(() => this.#results.fail(invocationId, giveUp), ackTimeout).unref();
    } catch (error) {
      this.#results.fail(invocationId, error as Error);
    }
  }

  #answer(
    connection: LifetimeConnection | undefined,
    address: string,
    completion: CompletionMessage,
  ): void {
    const protocol = connection?.protocol ?? (this.#protocols[0] as HubProtocol);
    const payload = wire.writeCompletion({
      protocol: protocol.name,
      message: bytesOf(protocol.writeMessage(completion)),
    });
    // Whoever asked may be gone, or Redis: then nobody waits.
    this.#bus.request(this.#channels.at(address), payload).catch(() => undefined);
  }

  /** Has the server that holds the connection change its groups, and waits for it. */
  async #command(action: wire.GroupAction, connectionId: string, group: string): Promise<void> {
    const { id, acked } = this.#acks.create();
    const payload = wire.writeGroupCommand({
      id,
      serverName: this.#serverName,
      action,
      group,
      connectionId,
    });
    this.#bus.request(this.#channels.groupCommands, payload).then(
      // Only this server has heard it, and does not hold the connection: as with one server, that is no error.
      (receivers) => receivers === 1 && this.#options.countsReceivers && this.#acks.complete(id),
      (error: unknown) => this.#acks.fail(id, error as Error),
    );
    try {
      await acked;
    } catch (error) {
      throw new Error(errorTexts.groupNotChanged(connectionId, group, (error as Error).message));
    }
  }

  async #join(connection: LifetimeConnection, group: string): Promise<void> {
    this.#index.join(connection, group);
    try {
      await this.#bus.listen(this.#channels.group(group), (payload) =>
        this.#toReceivers(payload, this.#index.group(group)),
      );
    } catch (error) {
      this.#index.leave(connection.connectionId, group);
      throw error;
    }
    if (this.#index.groupsOf(connection.connectionId)?.has(group) === true) {
      await this.#presence?.joined(connection.connectionId, group);
    }
  }

  async #leave(connectionId: string, group: string): Promise<void> {
    const isLast = this.#index.leave(connectionId, group);
    await Promise.all([
      isLast ? this.#bus.unlisten(this.#channels.group(group)) : done,
      this.#presence?.left(connectionId, group),
    ]);
  }

  // ---- from Redis

  #toReceivers(payload: Uint8Array, receivers: Receivers | undefined): Promise<void> | undefined {
    const { messages, excludedConnectionIds } = wire.readInvocation(payload);
    return deliver(receivers, SharedMessage.fromEncoded(messages), excludedConnectionIds);
  }

  #toConnection(payload: Uint8Array, connection: LifetimeConnection): Promise<void> | undefined {
    const { messages, invocationId, returnAddress } = wire.readInvocation(payload);
    if (invocationId !== undefined && returnAddress !== undefined) {
      this.#questions.add(connection.connectionId, invocationId, returnAddress);
    }
    return connection.write(SharedMessage.fromEncoded(messages));
  }

  #onGroupCommand({
    id,
    serverName,
    action,
    group,
    connectionId,
  }: wire.RedisGroupCommand): undefined {
    const connection = this.#index.get(connectionId);
    if (connection === undefined) return;
    const changed =
      action === wire.GroupAction.Add
        ? this.#join(connection, group)
        : this.#leave(connectionId, group);
    changed
      .then(() => this.#bus.request(this.#channels.ackOf(serverName), wire.writeAck(id)))
      // Without an ack the other server finds out in time.
      .catch((error: unknown) =>
        this.#hub.logger.warn(errorTexts.groupCommandFailed(group), error),
      );
  }

  #onAck(id: number): undefined {
    if (id === HEARTBEAT_ID) this.#bus.heardHeartbeat();
    else this.#acks.complete(id);
  }

  #onCompletion({ protocol: name, message }: wire.RedisCompletion): undefined {
    const protocol = this.#protocols.find((known) => known.name === name);
    if (protocol === undefined) {
      this.#hub.logger.warn(errorTexts.unknownAnswer(name));
      return;
    }
    const take = (completion: HubMessage): void => {
      if (completion.type !== MessageType.Completion) throw new wire.ForeignMessageError();
      const asked = this.#results.asked(completion.invocationId);
      if (asked !== undefined) this.#results.tryComplete(asked, completion);
    };
    try {
      protocol.createReader(undefined).read(message, take);
    } catch {
      throw new wire.ForeignMessageError();
    }
  }
}

const isNamed = (name: string | undefined): name is string => name !== undefined && name !== '';
