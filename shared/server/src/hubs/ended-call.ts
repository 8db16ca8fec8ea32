import { errors } from '../errors.ts';
import { ClientResultTypes } from './client-results.ts';
import type { HubCallerContext } from './hub-caller-context.ts';
import { type GroupManager, LifetimeHubCallerClients } from './hub-clients.ts';
import { LifetimeGroups } from './clients/lifetime-groups.ts';

/**
 * What a hub instance has after its call. Its clients and groups reject instead of throwing, so
 * that a timer that still uses the hub does not stop the process: the error is logged.
 */
export class EndedCall {
  readonly #hubName: string;
  readonly clients: unknown;
  readonly groups: GroupManager;

  constructor(hubName: string, report: (method: string, error: unknown) => void) {
    this.#hubName = hubName;
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

  get context(): HubCallerContext {
    throw errors.hubDisposed(this.#hubName);
  }
}
