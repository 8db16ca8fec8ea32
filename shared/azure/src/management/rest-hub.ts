import type { RestClient, RestRequest } from './rest-client.ts';
import type { CloseOptions } from './service-hub-context.ts';

type Query = NonNullable<RestRequest['query']>;

/** What is asked of all endpoints, since the clients of a hub are spread over them. */
export class RestHub {
  readonly #hub: string;
  readonly #clients: readonly RestClient[];

  constructor(hub: string, clients: readonly RestClient[]) {
    this.#hub = hub;
    this.#clients = clients;
  }

  ask(request: RestRequest): Promise<boolean[]> {
    return Promise.all(this.#clients.map((client) => client.ask(this.#hub, request)));
  }

  /** Of several endpoints one has the connection. */
  async add(path: readonly string[], query: Query = {}): Promise<void> {
    const asked = this.#clients.map((client) =>
      client.ask(this.#hub, { method: 'PUT', path, query }),
    );
    await Promise.any(asked).catch((error: AggregateError) => {
      throw error.errors[0];
    });
  }

  async remove(path: readonly string[], query: Query = {}): Promise<void> {
    await this.ask({ method: 'DELETE', path, query });
  }

  async close(path: readonly string[], options: CloseOptions = {}): Promise<void> {
    await this.ask({ method: 'POST', path: [...path, ':closeConnections'], query: { ...options } });
  }

  async exists(path: readonly string[]): Promise<boolean> {
    return (await this.ask({ method: 'HEAD', path })).some(Boolean);
  }
}
