/** The maximum number of mounted prefixes: an app may mount the router at a pattern. */
const MAXIMUM_MOUNTED = 64;

/**
 * The prefixes below which hubs are served. An upgrade request bypasses the app, so the prefix of a
 * mounted router must be known here.
 */
export class BasePaths {
  readonly #configured = new Set<string>();
  /** In the order of their last use. */
  readonly #mounted = new Set<string>();

  /** Adds a prefix that the developer has configured. */
  add(basePath: string): void {
    this.#configured.add(basePath.replace(/\/$/, '').toLowerCase());
  }

  /**
   * Adds the prefix of a router that has received a request. The least recently used is removed.
   */
  addMounted(basePath: string): void {
    const path = basePath.toLowerCase();
    this.#mounted.delete(path);
    this.#mounted.add(path);
    if (this.#mounted.size <= MAXIMUM_MOUNTED) return;
    const [oldest = ''] = this.#mounted;
    this.#mounted.delete(oldest);
  }

  /** Returns a path without a prefix, once for each prefix that it starts with. */
  *relativePaths(path: string): Generator<string> {
    const lowerCasePath = path.toLowerCase();
    for (const basePath of [...this.#configured, ...this.#mounted]) {
      if (lowerCasePath.startsWith(`${basePath}/`)) yield path.slice(basePath.length);
    }
  }
}
