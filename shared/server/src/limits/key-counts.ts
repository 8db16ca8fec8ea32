/**
 * Counts how often each key is in use, for example the connections of each address. The key
 * undefined stands for an unknown address or user, and is not counted.
 */
export class KeyCounts {
  readonly #counts = new Map<string, number>();

  count(key: string | undefined): number {
    return key === undefined ? 0 : (this.#counts.get(key) ?? 0);
  }

  add(key: string | undefined): void {
    if (key !== undefined) this.#counts.set(key, this.count(key) + 1);
  }

  remove(key: string | undefined): void {
    if (key === undefined) return;
    const count = this.count(key) - 1;
    if (count > 0) this.#counts.set(key, count);
    else this.#counts.delete(key);
  }
}
