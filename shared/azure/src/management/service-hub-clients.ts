import type { RestRequest } from './rest-client.ts';

/** The methods of a client contract with their arguments, also with a capital first letter, as C# spells them. */
export type ClientMethods<TClient> = {
  readonly [
    TName in Extract<keyof TClient, string> as TName | Capitalize<TName>
  ]: TClient[TName] extends (...args: infer TArguments) => unknown ? TArguments : never;
};

/** Calls methods of some clients. Source: `IClientProxy` of ASP.NET Core. */
export interface ServiceClientProxy<TClient> {
  /** Resolves when the service has taken it; whether anybody gets it is not known. */
  send<TName extends Extract<keyof ClientMethods<TClient>, string>>(
    method: TName,
    ...args: ClientMethods<TClient>[TName] extends readonly unknown[]
      ? ClientMethods<TClient>[TName]
      : never
  ): Promise<void>;
}

/** Who gets a call, as in a hub. Source: `IHubClients` of ASP.NET Core. */
export class ServiceHubClients<TClient> {
  readonly #ask: (requests: readonly RestRequest[]) => Promise<unknown>;

  constructor(ask: (requests: readonly RestRequest[]) => Promise<unknown>) {
    this.#ask = ask;
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

  /** One request for each receiver: the API takes no lists. */
  #proxy(
    receivers: readonly (readonly string[])[],
    excluded: readonly string[] = [],
  ): ServiceClientProxy<TClient> {
    return {
      send: async (target, ...args) => {
        const body = { target, arguments: args };
        await this.#ask(
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
