import type { GroupLimits } from '../../limits/group-limits.ts';
import type { HubLifetimeManager } from '../../scale-out/hub-lifetime-manager.ts';
import type { GroupManager } from '../hub-clients.ts';
import { reportUnobserved } from './report-unobserved.ts';
import { checkName } from './target-checks.ts';

type Groups = Pick<HubLifetimeManager, 'addToGroup' | 'removeFromGroup'>;

/** Adds connections to groups and removes them over the lifetime manager of one hub class. */
export class LifetimeGroups implements GroupManager {
  readonly #lifetime: Groups;
  readonly #report: (method: string, error: unknown) => void;

  readonly #limits: GroupLimits | undefined;

  /** `report` is called with errors that the application does not handle. */
  constructor(
    lifetime: Groups,
    report: (method: string, error: unknown) => void,
    limits?: GroupLimits,
  ) {
    this.#lifetime = lifetime;
    this.#report = report;
    this.#limits = limits;
  }

  add(connectionId: string, group: string): Promise<void> {
    return this.#run('groups.add', connectionId, group, () => {
      this.#limits?.check(connectionId, group);
      return this.#lifetime.addToGroup(connectionId, group);
    });
  }

  remove(connectionId: string, group: string): Promise<void> {
    return this.#run('groups.remove', connectionId, group, () =>
      this.#lifetime.removeFromGroup(connectionId, group),
    );
  }

  #run(
    method: string,
    connectionId: string,
    group: string,
    run: () => Promise<void>,
  ): Promise<void> {
    const change = async (): Promise<void> => {
      checkName('connection', connectionId);
      checkName('group', group);
      await run();
    };
    return reportUnobserved(change(), (error) => this.#report(method, error));
  }
}
