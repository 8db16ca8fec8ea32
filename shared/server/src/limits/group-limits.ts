import type { HubLifetimeManager } from '../scale-out/hub-lifetime-manager.ts';
import type { ClientLimits } from './client-limits.ts';
import { limitErrors } from './errors.ts';

/** Refuses group names that are too long, and connections that are in too many groups. */
export class GroupLimits {
  readonly #lifetime: Pick<HubLifetimeManager, 'index'>;
  readonly #maximumGroups: number;
  readonly #maximumLength: number;

  /** Throws if the lifetime manager of the path does not know the groups to be counted. */
  constructor(path: string, limits: ClientLimits, lifetime: Pick<HubLifetimeManager, 'index'>) {
    const { groupsPerConnection, groupNameLength } = limits;
    if (groupsPerConnection !== undefined && lifetime.index === undefined) {
      throw limitErrors.groupsNotKnown(path);
    }
    this.#lifetime = lifetime;
    this.#maximumGroups = groupsPerConnection ?? Infinity;
    this.#maximumLength = groupNameLength ?? Infinity;
  }

  /** Throws if the connection may not join the group. The other servers count their own groups. */
  check(connectionId: string, group: string): void {
    if (group.length > this.#maximumLength) {
      throw limitErrors.groupNameTooLong(group.length, this.#maximumLength);
    }
    if (this.#maximumGroups === Infinity) return;
    const groups = this.#lifetime.index?.groupsOf(connectionId);
    if (groups === undefined || groups.has(group) || groups.size < this.#maximumGroups) return;
    throw limitErrors.tooManyGroups(this.#maximumGroups);
  }
}
