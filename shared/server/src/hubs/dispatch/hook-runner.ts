import type { CallingConnection } from '../calling-connection.ts';
import type { DisposedHub, EndedCall } from '../ended-call.ts';
import { beginCall, endCall, type Hub, type UnfilteredHook } from '../hub.ts';
import { HubCall } from '../hub-call.ts';
import type { GroupManager, ReportSendError } from '../hub-clients.ts';
import type { FilterChain } from './filter-chain.ts';
import { isThenable } from '../../promises/is-thenable.ts';

/** What a hook needs from the dispatcher of its hub. */
export interface HookSettings {
  readonly create: () => Hub<never>;
  readonly groups: GroupManager;
  readonly filters: FilterChain;
  readonly report: ReportSendError;
  readonly disposed: DisposedHub;
}

/**
 * Runs the hooks of one hub, each with a new hub instance. Returns undefined if a hook has finished
 * synchronously, which saves several promises for each connection.
 */
export class HookRunner {
  readonly #settings: HookSettings;

  constructor(settings: HookSettings) {
    this.#settings = settings;
  }

  /** Runs the connected hook and its filters. Throws or rejects with their errors. */
  runConnected(connection: CallingConnection): void | Promise<void> {
    const { filters } = this.#settings;
    return this.#withHub(connection, (hub, call) =>
      filters.runConnected(hub, () => ({ context: call.context, hub })),
    );
  }

  /** Runs the disconnected hook and its filters. Throws or rejects with their errors. */
  runDisconnected(connection: CallingConnection, error: Error | undefined): void | Promise<void> {
    const { filters } = this.#settings;
    return this.#withHub(connection, (hub, call) =>
      filters.runDisconnected(hub, () => ({ context: call.context, hub }), error),
    );
  }

  /** Runs a hook that has no filters. Rejects with its errors. */
  async run(connection: CallingConnection, name: UnfilteredHook): Promise<void> {
    await this.#withHub(connection, (hub) => hub[name]());
  }

  #withHub(
    connection: CallingConnection,
    run: (hub: Hub<never>, call: HubCall) => void | Promise<void>,
  ): void | Promise<void> {
    const { create, groups, report, disposed } = this.#settings;
    const call = new HubCall(connection, groups, undefined, report);
    const hub = create();
    beginCall(hub, call);
    const ended = disposed.endedCall(connection.callerContext);
    let pending: void | Promise<void>;
    try {
      pending = run(hub, call);
    } catch (error) {
      endCall(hub, ended);
      throw error;
    }
    if (isThenable(pending)) return endAfter(pending, hub, ended);
    endCall(hub, ended);
    return undefined;
  }
}

async function endAfter(
  pending: PromiseLike<void>,
  hub: Hub<never>,
  ended: EndedCall,
): Promise<void> {
  try {
    await pending;
  } finally {
    endCall(hub, ended);
  }
}
