import {
  type InvocationMessage,
  MessageType,
  type StreamInvocationMessage,
} from '@practical-signalr/protocol';
import { type HubCallerContext, InvocationContext } from './hub-caller-context.ts';
import { type GroupManager, LifetimeHubCallerClients } from './hub-clients.ts';
import type { HubConnection } from './hub-connection.ts';

/** A client's call. */
export type Invocation = InvocationMessage | StreamInvocationMessage;

/** What a hub has during a call or a hook; made on first use, since most calls need little of it. */
export class HubCall {
  readonly connection: HubConnection;
  readonly groups: GroupManager;
  /** Undefined for the hooks. */
  readonly message: Invocation | undefined;
  #context: HubCallerContext | undefined;
  #clients: LifetimeHubCallerClients<unknown> | undefined;
  #aborted: AbortController | undefined;
  #isCancelled = false;
  /** Set by the stream that runs. */
  onCancel: (() => void) | undefined;

  constructor(connection: HubConnection, groups: GroupManager, message: Invocation | undefined) {
    this.connection = connection;
    this.groups = groups;
    this.message = message;
  }

  get context(): HubCallerContext {
    return (this.#context ??= new InvocationContext(this.connection.callerContext, this));
  }

  get clients(): unknown {
    return (this.#clients ??= new LifetimeHubCallerClients(
      this.connection.lifetime,
      this.connection.clientResults,
      this.connection.connectionId,
      () => this.connection.letNextCallRun(this.message),
    ));
  }

  /** True once the client wants no more of the stream, or is gone. */
  get isCancelled(): boolean {
    return this.#isCancelled;
  }

  /** Only a stream can be cancelled by itself; all other calls end with their connection. */
  get invocationAborted(): AbortSignal {
    if (this.message?.type !== MessageType.StreamInvocation)
      return this.connection.callerContext.connectionAborted;
    if (this.#aborted === undefined) {
      this.#aborted = new AbortController();
      if (this.#isCancelled) this.#aborted.abort();
    }
    return this.#aborted.signal;
  }

  cancel(): void {
    if (this.#isCancelled) return;
    this.#isCancelled = true;
    this.#aborted?.abort();
    this.onCancel?.();
  }
}
