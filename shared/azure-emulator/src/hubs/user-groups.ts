/** The maximum number of memberships. Beyond that, the oldest one is removed. */
const MAXIMUM_MEMBERSHIPS = 100_000;

interface Membership {
  readonly user: string;
  readonly group: string;
  /** In ms since the epoch. */
  readonly expiresAt: number;
}

/** The groups of users. Connections that a user opens later join these groups. */
export class UserGroups {
  readonly #byUser = new Map<string, Map<string, Membership>>();
  /** All memberships, the oldest first. */
  readonly #all = new Set<Membership>();

  get size(): number {
    return this.#all.size;
  }

  /** Adds a user to a group. `ttl` is in seconds; undefined means until it is removed. */
  add(user: string, group: string, ttl: number | undefined): void {
    this.remove(user, group);
    const membership = {
      user,
      group,
      expiresAt: ttl === undefined ? Infinity : Date.now() + ttl * 1000,
    };
    const groups = this.#byUser.get(user);
    if (groups === undefined) this.#byUser.set(user, new Map([[group, membership]]));
    else groups.set(group, membership);
    this.#all.add(membership);
    if (this.#all.size <= MAXIMUM_MEMBERSHIPS) return;
    for (const oldest of this.#all) return this.remove(oldest.user, oldest.group);
  }

  remove(user: string, group: string): void {
    const groups = this.#byUser.get(user);
    const membership = groups?.get(group);
    if (groups === undefined || membership === undefined) return;
    groups.delete(group);
    this.#all.delete(membership);
    if (groups.size === 0) this.#byUser.delete(user);
  }

  groupsOf(user: string): readonly string[] {
    return [...(this.#byUser.get(user)?.keys() ?? [])];
  }

  has(user: string, group: string): boolean {
    return this.#byUser.get(user)?.has(group) === true;
  }

  /** Removes the expired memberships and returns them. */
  removeExpired(now: number): readonly { readonly user: string; readonly group: string }[] {
    const expired = [...this.#all].filter(({ expiresAt }) => expiresAt <= now);
    for (const { user, group } of expired) this.remove(user, group);
    return expired;
  }
}
