import type { ScaleOutHub } from '@practical-signalr/server/scale-out';
import { AzureLifetimeManager } from './azure-lifetime-manager.ts';
import type { AzureSettings, EndpointOptions } from './azure-options.ts';
import type { ServerIdentity } from './connections/service-connection-container.ts';
import { createEndpoint, createEndpoints } from './endpoints/create-endpoints.ts';
import type { ServiceEndpoint } from './endpoints/service-endpoint.ts';
import { errors } from './errors.ts';

/** The endpoints of an app, which its hubs share and which can change while it runs. */
export class AzureScaleOut {
  readonly #settings: AzureSettings;
  readonly #identity: ServerIdentity;
  readonly #managers = new Set<AzureLifetimeManager>();
  #endpoints: readonly ServiceEndpoint[];

  constructor(settings: AzureSettings, identity: ServerIdentity) {
    this.#settings = settings;
    this.#identity = identity;
    this.#endpoints = createEndpoints(settings);
  }

  createManager(hub: ScaleOutHub): AzureLifetimeManager {
    const manager = new AzureLifetimeManager(hub, {
      endpoints: this.#endpoints,
      settings: this.#settings,
      identity: this.#identity,
      onClosed: (closed) => this.#managers.delete(closed),
    });
    this.#managers.add(manager);
    return manager;
  }

  endpointNames(): readonly string[] {
    return this.#endpoints.map(({ name }) => name);
  }

  addEndpoint(options: string | EndpointOptions): void {
    const endpoint = createEndpoint(options, this.#settings);
    if (this.endpointNames().includes(endpoint.name)) throw errors.endpointNameInUse(endpoint.name);
    this.#endpoints = [...this.#endpoints, endpoint];
    for (const manager of this.#managers) manager.addEndpoint(endpoint);
  }

  async removeEndpoint(name: string): Promise<void> {
    const endpoint = this.#endpoints.find((one) => one.name === name);
    if (endpoint === undefined) throw errors.unknownEndpoint(name);
    const others = this.#endpoints.filter((one) => one !== endpoint);
    if (!others.some(({ type }) => type === 'primary')) throw errors.lastPrimaryEndpoint();
    this.#endpoints = others;
    await Promise.all([...this.#managers].map((manager) => manager.removeEndpoint(endpoint)));
  }
}
