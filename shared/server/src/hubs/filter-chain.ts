import type { Hub } from './hub.ts';
import type { HubFilter, HubInvocationContext, HubLifetimeContext } from './hub-filter.ts';

type Invoke = (invocation: HubInvocationContext) => unknown;

/** The filters of one hub, from the outermost in, by what they run around. */
export class FilterChain {
  readonly #invoking: readonly HubFilter[];
  readonly #connecting: readonly HubFilter[];
  readonly #disconnecting: readonly HubFilter[];

  constructor(filters: readonly HubFilter[]) {
    this.#invoking = filters.filter((filter) => filter.invokeMethod !== undefined);
    this.#connecting = filters.filter((filter) => filter.onConnected !== undefined);
    this.#disconnecting = filters.filter((filter) => filter.onDisconnected !== undefined);
  }

  /** False where calls run as they are: most hubs have no filter, and then a call costs no promise. */
  get hasInvoking(): boolean {
    return this.#invoking.length > 0;
  }

  async invoke(invocation: HubInvocationContext, run: Invoke, at = 0): Promise<unknown> {
    const filter = this.#invoking[at];
    if (filter === undefined) return run(invocation);
    return filter.invokeMethod?.(invocation, (changed = invocation) =>
      this.invoke(changed, run, at + 1),
    );
  }

  async connected(hub: Hub<never>, lifetime: () => HubLifetimeContext, at = 0): Promise<void> {
    const filter = this.#connecting[at];
    if (filter === undefined) await hub.onConnected();
    else await filter.onConnected?.(lifetime(), () => this.connected(hub, lifetime, at + 1));
  }

  async disconnected(
    hub: Hub<never>,
    lifetime: () => HubLifetimeContext,
    error: Error | undefined,
    at = 0,
  ): Promise<void> {
    const filter = this.#disconnecting[at];
    if (filter === undefined) await hub.onDisconnected(error);
    else {
      await filter.onDisconnected?.(lifetime(), error, (changed = error) =>
        this.disconnected(hub, lifetime, changed, at + 1),
      );
    }
  }
}
