import type { AzureSettings } from '../azure-options.ts';
import type { ClientConnectionManager } from '../clients/client-connection-manager.ts';
import type { ServiceConnectionContainer } from '../connections/service-connection-container.ts';
import { shutDownGracefully } from '../graceful-shutdown.ts';
import type { EndpointRouter, RoutedEndpoint } from './endpoint-router.ts';
import type { ServiceEndpoint } from './service-endpoint.ts';

type Containers = readonly ServiceConnectionContainer[];

/** What a message is sent to, as a router sees it. */
export type RouteKind = 'broadcast' | 'connection' | 'group' | 'user';

/** The endpoints of one hub. They may change while the app runs. */
export class EndpointSet {
  readonly #router: EndpointRouter | undefined;
  readonly #leaving = new Set<ServiceConnectionContainer>();
  #all: Containers = [];

  constructor(router: EndpointRouter | undefined) {
    this.#router = router;
  }

  /**
   * All endpoints, including those that are being removed: their clients still receive messages.
   */
  get all(): Containers {
    return this.#all;
  }

  /** The endpoints that are not being removed. */
  get staying(): Containers {
    return this.#all.filter((container) => !this.#leaving.has(container));
  }

  add(container: ServiceConnectionContainer): void {
    this.#all = [...this.#all, container];
  }

  /**
   * Lets the clients of an endpoint leave as `gracefulShutdown` says, and closes its server
   * connections.
   */
  async remove(
    endpoint: ServiceEndpoint,
    clients: ClientConnectionManager,
    gracefulShutdown: AzureSettings['gracefulShutdown'],
  ): Promise<void> {
    const container = this.staying.find((one) => one.endpoint === endpoint);
    if (container === undefined) return;
    this.#leaving.add(container);
    const ownClients = {
      whenEmpty: () => clients.whenEmpty((connection) => container.has(connection)),
    };
    await shutDownGracefully([container], ownClients, gracefulShutdown);
    this.#all = this.#all.filter((one) => one !== container);
    this.#leaving.delete(container);
    container.close();
  }

  /** Returns the endpoints of a message. */
  route(kind: RouteKind, name = ''): Containers {
    const chosen: readonly RoutedEndpoint[] | undefined =
      kind === 'broadcast'
        ? this.#router?.broadcast?.(this.#all)
        : this.#router?.[kind]?.(name, this.#all);
    if (chosen === undefined) return this.#all;
    return this.#all.filter((container) => chosen.includes(container));
  }

  /** Returns the endpoints of a message with several targets. */
  routeAll(kind: Exclude<RouteKind, 'broadcast'>, names: readonly string[]): Containers {
    if (this.#router?.[kind] === undefined) return this.#all;
    return [...new Set(names.flatMap((name) => this.route(kind, name)))];
  }
}
