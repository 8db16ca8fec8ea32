import { EventEmitter, once } from 'node:events';
import { HubError } from '@practical-signalr/server';

/** The prices of some symbols, in cents. One timer changes them, however many clients watch. */
export class PriceFeed {
  readonly #changes = new EventEmitter().setMaxListeners(0);
  readonly #prices = new Map(['ACME', 'GLOBEX'].map((symbol) => [symbol, 10_000]));
  readonly #timer = setInterval(() => this.#changePrices(), 100);

  priceOf(symbol: string): number {
    const price = this.#prices.get(symbol);
    if (price === undefined) throw new HubError(`Unknown symbol '${symbol}'.`);
    return price;
  }

  /**
   * Yields the price after each change, until the signal is aborted. The server pauses the loop
   * while a client reads slowly. That client then misses prices, and gets the newest.
   */
  async *watch(symbol: string, signal: AbortSignal): AsyncGenerator<number> {
    for (;;) {
      yield this.priceOf(symbol);
      await once(this.#changes, symbol, { signal });
    }
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #changePrices(): void {
    for (const [symbol, price] of this.#prices) {
      this.#prices.set(symbol, Math.max(1, price + Math.round(Math.random() * 20) - 10));
      this.#changes.emit(symbol);
    }
  }
}
