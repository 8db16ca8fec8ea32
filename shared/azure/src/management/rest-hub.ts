import type { RestClient, RestRequest } from './rest-client.ts';
import type { CloseOptions } from '@practical-signalr/server/hub-context';

type Query = NonNullable<RestRequest['query']>;

/** Sends each request to all endpoints, because the clients of a hub are distributed over them. */
export class RestHub {
  readonly #hub: string;
  readonly #clients: readonly RestClient[];

  constructor(hub: string, clients: readonly RestClient[]) {
    this.#hub = hub;
    this.#clients = clients;
  }

  send(request: RestRequest): Promise<boolean[]> {
    return Promise.all(this.#clients.map((client) => client.send(this.#hub, request)));
  }

  /** Adds a user to a group on all endpoints, because the user may have connections on each. */
  async addUser(path: readonly string[], query: Query): Promise<void> {
    await this.send({ method: 'PUT', path, query });
  }

  /**
   * Adds a connection to a group. Succeeds if one endpoint succeeds, because only one of them has
   * the connection.
   */
  async addConnection(path: readonly string[]): Promise<void> {
    const requests = this.#clients.map((client) => client.send(this.#hub, { method: 'PUT', path }));
    await Promise.any(requests).catch((error: AggregateError) => {
      throw error.errors[0];
    });
  }

  async remove(path: readonly string[], query: Query = {}): Promise<void> {
    await this.send({ method: 'DELETE', path, query });
  }

  async close(path: readonly string[], options: CloseOptions = {}): Promise<void> {
    await this.send({
      method: 'POST',
      path: [...path, ':closeConnections'],
      query: { ...options },
    });
  }

  async exists(path: readonly string[]): Promise<boolean> {
    return (await this.send({ method: 'HEAD', path })).some(Boolean);
  }
}
