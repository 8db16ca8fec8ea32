import { finishedSend } from '../scale-out/finished-send.ts';
import type { HubLifetimeManager } from '../scale-out/hub-lifetime-manager.ts';
import type { MethodArguments, MethodName, MethodResult } from './client-contract.ts';
import type { ClientResultTypes } from './client-results.ts';
import { reportUnobserved } from './clients/report-unobserved.ts';
import { checkMethodName, checkName, checkNames } from './clients/target-checks.ts';

/** Calls methods of one or more clients. Source: `IClientProxy` of ASP.NET Core. */
export interface ClientProxy<TClient> {
  /**
   * Calls a method of these clients without waiting for results. Resolves when the message is in
   * the buffers of the connections and these have room for more. It does not wait until clients
   * have received the message. Clients that do not exist are ignored.
   * Rejects if the arguments cannot be serialized, the method or a target is not a non-empty
   * string, or the backplane is unavailable. If you do not await the send, such an error is logged.
   * @example
   * await this.clients.all.send('ReceiveMessage', 'hello');
   */
  send<TName extends MethodName<TClient>>(
    method: TName,
    ...args: MethodArguments<TClient, TName>
  ): Promise<void>;
}

/**
 * Calls methods of one client and can wait for their results.
 * Source: `ISingleClientProxy` of ASP.NET Core.
 */
export interface SingleClientProxy<TClient> extends ClientProxy<TClient> {
  /**
   * Calls a method of this client and resolves with its result. While a hub method waits, the next
   * call of its client may run. Without a signal, it waits until the client disconnects; use
   * `withSignal` to set a time limit.
   * Rejects with a {@link HubError} with the client's message if the client returns an error. Also
   * rejects if the client does not exist, disconnects, or returns a result that the hub's option
   * `clientResults` does not allow.
   * @example
   * const name = await this.clients.client(id).invoke('GetName', 'Who are you?');
   */
  invoke<TName extends MethodName<TClient>>(
    method: TName,
    ...args: MethodArguments<TClient, TName>
  ): Promise<MethodResult<TClient, TName>>;
  /**
   * Returns a proxy of the same client whose `invoke` stops waiting when the signal is aborted. It
   * then rejects with a {@link HubError}, and a later result is ignored.
   * @example
   * const caller = this.clients.caller.withSignal(AbortSignal.timeout(5000));
   * const name = await caller.invoke('GetName', 'Who are you?');
   */
  withSignal(signal: AbortSignal): SingleClientProxy<TClient>;
}

/**
 * Selects clients of a hub. Available everywhere, also outside hubs.
 * Source: `IHubClients` of ASP.NET Core.
 * @example
 * const chat = signalr.mapHub('/chat', ChatHub, { methods: ['say'] });
 * await chat.clients.group('news').send('ReceiveMessage', 'hello');
 */
export interface HubClients<TClient> {
  /** All connected clients. */
  readonly all: ClientProxy<TClient>;
  /** All connected clients except these. */
  allExcept(connectionIds: readonly string[]): ClientProxy<TClient>;
  /** The client with this connection id. */
  client(connectionId: string): SingleClientProxy<TClient>;
  /** The clients with these connection ids. */
  clients(connectionIds: readonly string[]): ClientProxy<TClient>;
  /** The members of a group. Group names are case-sensitive. */
  group(group: string): ClientProxy<TClient>;
  /** The members of a group except these. */
  groupExcept(group: string, connectionIds: readonly string[]): ClientProxy<TClient>;
  /** The members of several groups. A member of two of them receives the message twice. */
  groups(groups: readonly string[]): ClientProxy<TClient>;
  /** All connections of a user. */
  user(userId: string): ClientProxy<TClient>;
  /** All connections of several users. */
  users(userIds: readonly string[]): ClientProxy<TClient>;
}

/**
 * Selects clients of a hub during a call, as `this.clients` in a hub.
 * Source: `IHubCallerClients` of ASP.NET Core.
 */
export interface HubCallerClients<TClient> extends HubClients<TClient> {
  /** The client that made the call. */
  readonly caller: SingleClientProxy<TClient>;
  /** All connected clients except the caller. */
  readonly others: ClientProxy<TClient>;
  /** The members of a group except the caller. */
  othersInGroup(group: string): ClientProxy<TClient>;
}

/**
 * Adds connections to groups and removes them. Source: `IGroupManager` of ASP.NET Core.
 * @example
 * await this.groups.add(this.context.connectionId, 'news');
 */
export interface GroupManager {
  /**
   * Adds a connection to a group. Group names are case-sensitive. Does nothing if the connection is
   * a member already or does not exist. A connection leaves its groups when it closes.
   */
  add(connectionId: string, group: string): Promise<void>;
  /** Removes a connection from a group. Does nothing if the connection is not a member. */
  remove(connectionId: string, group: string): Promise<void>;
}

type Send = (method: string, args: readonly unknown[]) => Promise<void>;

/** Called with the name of a client method and an error that the application does not handle. */
export type ReportSendError = (method: string, error: unknown) => void;

/** The part of a lifetime manager that sends. */
export type Sender = Omit<
  HubLifetimeManager,
  'onConnected' | 'onDisconnected' | 'setConnectionResult' | 'addToGroup' | 'removeFromGroup'
>;

/** Selects the clients of one hub class and sends to them over its lifetime manager. */
export class LifetimeHubClients<TClient> implements HubClients<TClient> {
  protected readonly lifetime: Sender;
  readonly #results: ClientResultTypes;
  readonly #report: ReportSendError;
  readonly #onInvoke: (() => void) | undefined;

  /** `onInvoke` is called before each `invoke`. */
  constructor(
    lifetime: Sender,
    results: ClientResultTypes,
    report: ReportSendError,
    onInvoke?: () => void,
  ) {
    this.lifetime = lifetime;
    this.#results = results;
    this.#report = report;
    this.#onInvoke = onInvoke;
  }
  get all(): ClientProxy<TClient> {
    return this.#proxy((method, args) => this.lifetime.sendAll(method, args));
  }
  allExcept(ids: readonly string[]): ClientProxy<TClient> {
    return this.#proxy((method, args) => {
      checkNames('connection', ids);
      return this.lifetime.sendAllExcept(method, args, ids);
    });
  }
  client(id: string): SingleClientProxy<TClient> {
    return this.#single(id, undefined);
  }
  clients(ids: readonly string[]): ClientProxy<TClient> {
    return this.#proxy((method, args) => {
      checkNames('connection', ids);
      return this.lifetime.sendConnections(ids, method, args);
    });
  }
  group(group: string): ClientProxy<TClient> {
    return this.#proxy((method, args) => {
      checkName('group', group);
      return this.lifetime.sendGroup(group, method, args);
    });
  }
  groupExcept(group: string, ids: readonly string[]): ClientProxy<TClient> {
    return this.#proxy((method, args) => {
      checkName('group', group);
      checkNames('connection', ids);
      return this.lifetime.sendGroupExcept(group, method, args, ids);
    });
  }
  groups(groups: readonly string[]): ClientProxy<TClient> {
    return this.#proxy((method, args) => {
      checkNames('group', groups);
      return this.lifetime.sendGroups(groups, method, args);
    });
  }
  user(userId: string): ClientProxy<TClient> {
    return this.#proxy((method, args) => {
      checkName('user', userId);
      return this.lifetime.sendUser(userId, method, args);
    });
  }
  users(userIds: readonly string[]): ClientProxy<TClient> {
    return this.#proxy((method, args) => {
      checkNames('user', userIds);
      return this.lifetime.sendUsers(userIds, method, args);
    });
  }

  // One untyped proxy fits every contract, because types exist only at compile time.
  #proxy(send: Send): ClientProxy<TClient> {
    return {
      send: (method, ...args) => {
        let sent: Promise<void>;
        try {
          checkMethodName(method);
          sent = send(method, args as readonly unknown[]);
        } catch (error) {
          // The name is invalid, or the arguments cannot be serialized.
          sent = Promise.reject(error);
        }
        // Most sends of one process have finished here. They need no further promise.
        return sent === finishedSend
          ? sent
          : reportUnobserved(sent, (error) => this.#report(method, error));
      },
    };
  }

  #single(id: string, signal: AbortSignal | undefined): SingleClientProxy<TClient> {
    return {
      ...this.#proxy((method, args) => {
        checkName('connection', id);
        return this.lifetime.sendConnection(id, method, args);
      }),
      invoke: (method, ...args) => {
        const result = this.#invoke(id, method, args as readonly unknown[], signal);
        return reportUnobserved(result, (error) => this.#report(method, error)) as Promise<never>;
      },
      withSignal: (newSignal) => this.#single(id, newSignal),
    };
  }

  async #invoke(
    id: string,
    method: string,
    args: readonly unknown[],
    signal: AbortSignal | undefined,
  ): Promise<unknown> {
    checkName('connection', id);
    checkMethodName(method);
    this.#onInvoke?.();
    return this.#results.validate(method, this.lifetime.invokeConnection(id, method, args, signal));
  }
}

/** Selects the clients of one hub class during a call. */
export class LifetimeHubCallerClients<TClient>
  extends LifetimeHubClients<TClient>
  implements HubCallerClients<TClient>
{
  readonly #callerId: string;

  constructor(
    lifetime: Sender,
    results: ClientResultTypes,
    report: ReportSendError,
    callerId: string,
    onInvoke?: () => void,
  ) {
    super(lifetime, results, report, onInvoke);
    this.#callerId = callerId;
  }
  get caller(): SingleClientProxy<TClient> {
    return this.client(this.#callerId);
  }
  get others(): ClientProxy<TClient> {
    return this.allExcept([this.#callerId]);
  }
  othersInGroup(group: string): ClientProxy<TClient> {
    return this.groupExcept(group, [this.#callerId]);
  }
}
