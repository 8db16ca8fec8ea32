import { errors } from '../errors.ts';
import { logMessages } from '../log-messages.ts';
import type { Logger } from '../logger.ts';
import { LifetimeGroups } from './clients/lifetime-groups.ts';
import { ClientResultTypes } from './client-results.ts';
import {
  CallContext,
  type ConnectionCallerContext,
  type HubCallerContext,
} from './hub-caller-context.ts';
import {
  type GroupManager,
  LifetimeHubCallerClients,
  type ReportSendError,
} from './hub-clients.ts';

/**
 * The clients and groups of all hub instances whose call has ended. They reject instead of
 * throwing, so that a timer that still uses the hub does not stop the process: the error is logged.
 */
export class DisposedHub {
  readonly clients: unknown;
  readonly groups: GroupManager;
  readonly #hubName: string;
  readonly #logger: Logger;

  constructor(hubName: string, report: ReportSendError, logger: Logger) {
    this.#hubName = hubName;
    this.#logger = logger;
    const reject = (): Promise<never> => Promise.reject(errors.hubDisposed(hubName));
    const lifetime = {
      sendAll: reject,
      sendAllExcept: reject,
      sendConnection: reject,
      sendConnections: reject,
      sendGroup: reject,
      sendGroups: reject,
      sendGroupExcept: reject,
      sendUser: reject,
      sendUsers: reject,
      addToGroup: reject,
      removeFromGroup: reject,
      invokeConnection: reject,
    };
    this.clients = new LifetimeHubCallerClients(lifetime, new ClientResultTypes(), report, 'none');
    this.groups = new LifetimeGroups(lifetime, report);
  }

  /** Returns the replacement for the context of a hub instance whose call has ended. */
  endedCall(caller: ConnectionCallerContext): EndedCall {
    return new EndedCall(this, caller);
  }

  logUseOfContext(): void {
    const error = errors.hubDisposed(this.#hubName);
    this.#logger.error(logMessages.contextAfterCall(this.#hubName), error);
  }
}

/**
 * Replaces the context of a hub instance when its call has ended. It does not refer to the
 * connection: if user code keeps the instance, the connection can still be garbage collected.
 */
export class EndedCall {
  readonly #hub: DisposedHub;
  readonly #caller: ConnectionCallerContext;

  constructor(hub: DisposedHub, caller: ConnectionCallerContext) {
    this.#hub = hub;
    this.#caller = caller;
  }

  get clients(): unknown {
    return this.#hub.clients;
  }

  get groups(): GroupManager {
    return this.#hub.groups;
  }

  /** The context of the connection. It can be read, so that a timer does not stop the process. */
  get context(): HubCallerContext {
    this.#hub.logUseOfContext();
    return new CallContext(this.#caller, { invocationAborted: AbortSignal.abort() });
  }
}
