import type { ClientProxy, RemoteHubClients } from '@practical-signalr/server/hub-context';
import type { RestRequest } from './rest-client.ts';

/**
 * Calls methods on a set of clients. `send` resolves when the service has accepted the message; it
 * does not report whether a client receives it. Source: `IClientProxy` of ASP.NET Core.
 */
export type ServiceClientProxy<TClient> = ClientProxy<TClient>;

/** Selects the clients that receive a call, as in a hub. Source: `IHubClients` of ASP.NET Core. */
export class ServiceHubClients<TClient> implements RemoteHubClients<TClient> {
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
