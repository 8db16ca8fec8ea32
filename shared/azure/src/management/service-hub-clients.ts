import type { RestRequest } from './rest-client.ts';

/**
 * The methods of a client contract with their arguments. The first letter may be upper case, as in
 * C#.
 */
export type ClientMethods<TClient> = {
  readonly [
    TName in Extract<keyof TClient, string> as TName | Capitalize<TName>
  ]: TClient[TName] extends (...args: infer TArguments) => unknown ? TArguments : never;
};

/** Calls methods on a set of clients. Source: `IClientProxy` of ASP.NET Core. */
export interface ServiceClientProxy<TClient> {
  /**
   * Resolves when the service has accepted the message. It does not report whether a client
   * receives it.
   */
  send<TName extends Extract<keyof ClientMethods<TClient>, string>>(
    method: TName,
    ...args: ClientMethods<TClient>[TName] extends readonly unknown[]
      ? ClientMethods<TClient>[TName]
      : never
  ): Promise<void>;
}

/** Selects the clients that receive a call, as in a hub. Source: `IHubClients` of ASP.NET Core. */
export class ServiceHubClients<TClient> {
  readonly #send: (requests: readonly RestRequest[]) => Promise<unknown>;

  constructor(send: (requests: readonly RestRequest[]) => Promise<unknown>) {
    this.#send = send;
  }

  get all(): ServiceClientProxy<TClient> {
    return this.#proxy([[]]);
  }
  allExcept(excludedIds: readonly string[]): ServiceClientProxy<TClient> {
    return this.#proxy([[]], excludedIds);
  }
  client(connectionId: string): ServiceClientProxy<TClient> {
    return this.clients([connectionId]);
  }
  clients(connectionIds: readonly string[]): ServiceClientProxy<TClient> {
    return this.#proxy(connectionIds.map((id) => ['connections', id]));
  }
  group(name: string): ServiceClientProxy<TClient> {
    return this.groups([name]);
  }
  groupExcept(name: string, excludedIds: readonly string[]): ServiceClientProxy<TClient> {
    return this.#proxy([['groups', name]], excludedIds);
  }
  groups(names: readonly string[]): ServiceClientProxy<TClient> {
    return this.#proxy(names.map((name) => ['groups', name]));
  }
  user(userId: string): ServiceClientProxy<TClient> {
    return this.users([userId]);
  }
  users(userIds: readonly string[]): ServiceClientProxy<TClient> {
    return this.#proxy(userIds.map((id) => ['users', id]));
  }

  /** Sends one request for each receiver, because the API does not accept arrays. */
  #proxy(
    receivers: readonly (readonly string[])[],
    excluded: readonly string[] = [],
  ): ServiceClientProxy<TClient> {
    return {
      send: async (target, ...args) => {
        const body = { target, arguments: args };
        await this.#send(
          receivers.map((path) => ({
            method: 'POST',
            path: [...path, ':send'],
            query: { excluded },
            body,
          })),
        );
      },
    };
  }
}
