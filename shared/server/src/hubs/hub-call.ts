import { setMaxListeners } from 'node:events';
import type { CallingConnection, Invocation } from './calling-connection.ts';
import { CallContext, type HubCallerContext } from './hub-caller-context.ts';
import {
  type GroupManager,
  LifetimeHubCallerClients,
  type ReportSendError,
} from './hub-clients.ts';

/**
 * The state of a hub instance during one call or hook. The context and the clients are created on
 * first use, because most calls need few of them.
 */
export class HubCall {
  readonly connection: CallingConnection;
  readonly groups: GroupManager;
  /** The client's message, or undefined during a hook. */
  readonly invocation: Invocation | undefined;
  readonly #report: ReportSendError;
  #context: HubCallerContext | undefined;
  #clients: LifetimeHubCallerClients<unknown> | undefined;
  #controller: AbortController | undefined;
  #isCanceled = false;
  /** Called when the call is canceled. Set by the running stream. */
  onCancel: (() => void) | undefined;

  constructor(
    connection: CallingConnection,
    groups: GroupManager,
    invocation: Invocation | undefined,
    report: ReportSendError,
  ) {
    this.connection = connection;
    this.groups = groups;
    this.invocation = invocation;
    this.#report = report;
  }

  get context(): HubCallerContext {
    return (this.#context ??= new CallContext(this.connection.callerContext, this));
  }

  get clients(): unknown {
    return (this.#clients ??= new LifetimeHubCallerClients(
      this.connection.lifetime,
      this.connection.clientResults,
      this.#report,
      this.connection.connectionId,
      () => this.connection.letNextCallRun(this.invocation),
    ));
  }

  /** True once the client has canceled the call or disconnected. */
  get isCanceled(): boolean {
    return this.#isCanceled;
  }

  /**
   * The signal of `context.invocationAborted`. A client cannot cancel hooks and calls without an
   * invocation id.
   */
  get invocationAborted(): AbortSignal {
    if (this.invocation?.invocationId === undefined) {
      return this.connection.callerContext.connectionAborted;
    }
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      setMaxListeners(0, this.#controller.signal);
      if (this.#isCanceled) this.#controller.abort();
    }
    return this.#controller.signal;
  }

  cancel(): void {
    if (this.#isCanceled) return;
    this.#isCanceled = true;
    this.#controller?.abort();
    this.onCancel?.();
  }
}
