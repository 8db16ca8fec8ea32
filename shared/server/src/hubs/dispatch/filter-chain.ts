import type { Hub } from '../hub.ts';
import type { HubFilter, HubInvocationContext, HubLifetimeContext } from '../hub-filter.ts';

type Invoke = (invocation: HubInvocationContext) => unknown;

/** Runs the filters of one hub. The first filter is the outermost. */
export class FilterChain {
  readonly #invocationFilters: readonly HubFilter[];
  readonly #connectedFilters: readonly HubFilter[];
  readonly #disconnectedFilters: readonly HubFilter[];

  constructor(filters: readonly HubFilter[]) {
    this.#invocationFilters = filters.filter((filter) => filter.invokeMethod !== undefined);
    this.#connectedFilters = filters.filter((filter) => filter.onConnected !== undefined);
    this.#disconnectedFilters = filters.filter((filter) => filter.onDisconnected !== undefined);
  }

  /** Whether a filter runs around calls. If not, the dispatcher saves a promise for each call. */
  get hasInvocationFilters(): boolean {
    return this.#invocationFilters.length > 0;
  }

  /** Runs the filters from `index` on around `run`, which runs the method. */
  async invoke(invocation: HubInvocationContext, run: Invoke, index = 0): Promise<unknown> {
    const filter = this.#invocationFilters[index];
    if (filter === undefined) return run(invocation);
    return filter.invokeMethod?.(invocation, (nextInvocation = invocation) =>
      this.invoke(nextInvocation, run, index + 1),
    );
  }

  /** Runs the filters around the connected hook. Without filters, it costs no promise. */
  runConnected(hub: Hub<never>, createContext: () => HubLifetimeContext): void | Promise<void> {
    if (this.#connectedFilters.length === 0) return hub.onConnected();
    return this.#runConnected(hub, createContext, 0);
  }

  async #runConnected(
    hub: Hub<never>,
    createContext: () => HubLifetimeContext,
    index: number,
  ): Promise<void> {
    const filter = this.#connectedFilters[index];
    if (filter === undefined) await hub.onConnected();
    else {
      await filter.onConnected?.(createContext(), () =>
        this.#runConnected(hub, createContext, index + 1),
      );
    }
  }

  /** Runs the filters around the disconnected hook. Without filters, it costs no promise. */
  runDisconnected(
    hub: Hub<never>,
    createContext: () => HubLifetimeContext,
    error: Error | undefined,
  ): void | Promise<void> {
    if (this.#disconnectedFilters.length === 0) return hub.onDisconnected(error);
    return this.#runDisconnected(hub, createContext, error, 0);
  }

  async #runDisconnected(
    hub: Hub<never>,
    createContext: () => HubLifetimeContext,
    error: Error | undefined,
    index: number,
  ): Promise<void> {
    const filter = this.#disconnectedFilters[index];
    if (filter === undefined) await hub.onDisconnected(error);
    else {
      await filter.onDisconnected?.(createContext(), error, (nextError = error) =>
        this.#runDisconnected(hub, createContext, nextError, index + 1),
      );
    }
  }
}
