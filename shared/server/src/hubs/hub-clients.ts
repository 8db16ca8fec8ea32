import type { HubLifetimeManager } from '../scale-out/hub-lifetime-manager.ts';
import type { MethodArguments, MethodName, MethodResult } from './client-contract.ts';
import type { ClientResultTypes } from './client-results.ts';

/** Some clients of a hub. Source: `IClientProxy` of ASP.NET Core. */
export interface ClientProxy<TClient> {
  /**
   * Calls a method of these clients. Resolves when the message has been handed to the connections and their buffers have room,
   * not when clients have it; clients that do not exist are no error.
   * @example
   * await this.clients.all.send('ReceiveMessage', 'hello');
   */
  send<TName extends MethodName<TClient>>(
    method: TName,
    ...args: MethodArguments<TClient, TName>
  ): Promise<void>;
}

/** One client of a hub, which can be asked too. Source: `ISingleClientProxy` of ASP.NET Core. */
export interface SingleClientProxy<TClient> extends ClientProxy<TClient> {
  /**
   * Calls a method of this client and waits for what it answers. While a hub's method waits, the client's next call may run.
   * Rejects with a {@link HubError} that has the client's text where it answers with an error, and where it does not exist,
   * goes away, or answers what `clientResults` of the hub does not allow.
   * @example
   * const name = await this.clients.client(id).invoke('AskName', 'Who are you?');
   */
  invoke<TName extends MethodName<TClient>>(
    method: TName,
    ...args: MethodArguments<TClient, TName>
  ): Promise<MethodResult<TClient, TName>>;
  /**
   * The same client, whose `invoke` stops waiting when the signal aborts: it rejects with a {@link HubError}, and a late answer is
   * passed over. Without a signal it waits as long as the connection lives.
   * @example
   * const name = await this.clients.caller.withSignal(AbortSignal.timeout(5000)).invoke('AskName', 'Who are you?');
   */
  withSignal(signal: AbortSignal): SingleClientProxy<TClient>;
}

/** The clients of a hub, from anywhere. Source: `IHubClients` of ASP.NET Core. */
export interface HubClients<TClient> {
  /** Every connected client. */
  readonly all: ClientProxy<TClient>;
  /** Every client but those connections. */
  allExcept(connectionIds: readonly string[]): ClientProxy<TClient>;
  /** One connection. */
  client(connectionId: string): SingleClientProxy<TClient>;
  clients(connectionIds: readonly string[]): ClientProxy<TClient>;
  /** The members of a group. Names are case-sensitive. */
  group(group: string): ClientProxy<TClient>;
  groupExcept(group: string, connectionIds: readonly string[]): ClientProxy<TClient>;
  /** The members of several groups; who is in two of them gets the message twice. */
  groups(groups: readonly string[]): ClientProxy<TClient>;
  /** All connections of a user. */
  user(userId: string): ClientProxy<TClient>;
  users(userIds: readonly string[]): ClientProxy<TClient>;
}

/** The clients of a hub, seen from a call. Source: `IHubCallerClients` of ASP.NET Core. */
export interface HubCallerClients<TClient> extends HubClients<TClient> {
  /** The client that made the call. */
  readonly caller: SingleClientProxy<TClient>;
  /** All clients but the caller. */
  readonly others: ClientProxy<TClient>;
  /** The members of a group but the caller. */
  othersInGroup(group: string): ClientProxy<TClient>;
}

/** Puts connections into groups. Source: `IGroupManager` of ASP.NET Core. */
export interface GroupManager {
  /** Adding twice is adding once; an unknown connection is no error. A connection that ends leaves its groups by itself. */
  add(connectionId: string, group: string): Promise<void>;
  remove(connectionId: string, group: string): Promise<void>;
}

type Send = (method: string, args: readonly unknown[]) => Promise<void>;

// An untyped proxy serves every contract: the types exist at compile time only.
const proxy = <TClient>(send: Send): ClientProxy<TClient> => ({
  send(method, ...args) {
    try {
      return send(method, args as readonly unknown[]);
    } catch (error) {
      return Promise.reject(error); // arguments that cannot be written
    }
  },
});

/** The clients of one hub class, by its lifetime manager. */
export class LifetimeHubClients<TClient> implements HubClients<TClient> {
  protected readonly lifetime: HubLifetimeManager;
  readonly #results: ClientResultTypes;
  readonly #onAsk: (() => void) | undefined;

  /** `onAsk` is told before a client is asked. */
  constructor(lifetime: HubLifetimeManager, results: ClientResultTypes, onAsk?: () => void) {
    this.lifetime = lifetime;
    this.#results = results;
    this.#onAsk = onAsk;
  }
  get all(): ClientProxy<TClient> {
    return proxy((method, args) => this.lifetime.sendAll(method, args));
  }
  allExcept(ids: readonly string[]): ClientProxy<TClient> {
    return proxy((method, args) => this.lifetime.sendAllExcept(method, args, ids));
  }
  client(id: string): SingleClientProxy<TClient> {
    return this.#single(id, undefined);
  }
  clients(ids: readonly string[]): ClientProxy<TClient> {
    return proxy((method, args) => this.lifetime.sendConnections(ids, method, args));
  }
  group(group: string): ClientProxy<TClient> {
    return proxy((method, args) => this.lifetime.sendGroup(group, method, args));
  }
  groupExcept(group: string, ids: readonly string[]): ClientProxy<TClient> {
    return proxy((method, args) => this.lifetime.sendGroupExcept(group, method, args, ids));
  }
  groups(groups: readonly string[]): ClientProxy<TClient> {
    return proxy((method, args) => this.lifetime.sendGroups(groups, method, args));
  }
  user(userId: string): ClientProxy<TClient> {
    return proxy((method, args) => this.lifetime.sendUser(userId, method, args));
  }
  users(userIds: readonly string[]): ClientProxy<TClient> {
    return proxy((method, args) => this.lifetime.sendUsers(userIds, method, args));
  }

  #single(id: string, signal: AbortSignal | undefined): SingleClientProxy<TClient> {
    return {
      ...proxy<TClient>((method, args) => this.lifetime.sendConnection(id, method, args)),
      invoke: (method, ...args) => {
        this.#onAsk?.();
        const answer = this.lifetime.invokeConnection(
          id,
          method,
          args as readonly unknown[],
          signal,
        );
        return this.#results.bind(method, answer) as Promise<never>;
      },
      withSignal: (given) => this.#single(id, given),
    };
  }
}

/** The same with a caller. */
export class LifetimeHubCallerClients<TClient>
  extends LifetimeHubClients<TClient>
  implements HubCallerClients<TClient>
{
  readonly #callerId: string;

  constructor(
    lifetime: HubLifetimeManager,
    results: ClientResultTypes,
    callerId: string,
    onAsk: () => void,
  ) {
    super(lifetime, results, onAsk);
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
