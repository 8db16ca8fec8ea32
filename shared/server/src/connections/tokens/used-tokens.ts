/** The number of tokens on one page, a power of 2. */
export const PAGE_SIZE = 4096;
/** The maximum number of pages. Together they take about 2 MB, for 16 million tokens. */
export const MAXIMUM_PAGES = 4096;

interface Page {
  /** One bit per serial number. */
  readonly bits: Uint8Array;
  /** When the last used token of the page expires, in ms. */
  expiresAt: number;
}

/**
 * Remembers which tokens have opened a connection, until they expire. Every token has a serial
 * number of its issuer, so a used token takes one bit.
 */
export class UsedTokens {
  readonly #pages = new Map<string, Page>();

  /** True if no further page can be remembered until a page expires. */
  get isFull(): boolean {
    return this.#pages.size >= MAXIMUM_PAGES;
  }

  /** The size of all pages in bytes. */
  get bytes(): number {
    return (this.#pages.size * PAGE_SIZE) / 8;
  }

  has(issuer: string, serial: number): boolean {
    const page = this.#pages.get(pageKey(issuer, serial));
    if (page === undefined) return false;
    const { byte, mask } = position(serial);
    return ((page.bits[byte] ?? 0) & mask) !== 0;
  }

  /** Remembers a token. `expiresAt` is on the clock of `removeExpired`. */
  add(issuer: string, serial: number, expiresAt: number): void {
    const key = pageKey(issuer, serial);
    let page = this.#pages.get(key);
    if (page === undefined) {
      page = { bits: new Uint8Array(PAGE_SIZE / 8), expiresAt };
      this.#pages.set(key, page);
    }
    page.expiresAt = Math.max(page.expiresAt, expiresAt);
    const { byte, mask } = position(serial);
    page.bits[byte] = (page.bits[byte] ?? 0) | mask;
  }

  /** Removes the pages whose tokens have all expired. */
  removeExpired(now: number): void {
    for (const [key, { expiresAt }] of this.#pages) {
      if (expiresAt <= now) this.#pages.delete(key);
    }
  }
}

const pageKey = (issuer: string, serial: number): string =>
  `${issuer} ${Math.floor(serial / PAGE_SIZE)}`;

function position(serial: number): { readonly byte: number; readonly mask: number } {
  const bit = serial % PAGE_SIZE;
  return { byte: bit >> 3, mask: 1 << (bit & 7) };
}
