import { EventEmitter, once } from 'node:events';
import type { Price } from './contract.ts';

/** The prices of some symbols. One timer changes them, however many clients watch. */
export class PriceFeed {
  readonly #changes = new EventEmitter().setMaxListeners(0);
  readonly #prices: Map<string, Price>;
  readonly #timer: NodeJS.Timeout;

  constructor(symbols: readonly string[], interval: number) {
    this.#prices = new Map(symbols.map((symbol) => [symbol, { symbol, cents: 10_000 }]));
    this.#timer = setInterval(() => this.#changePrices(), interval);
  }

  current(symbol: string): Price | undefined {
    return this.#prices.get(symbol);
  }

  /**
   * Yields the current price, then each new one, until the signal is aborted. The server pauses
   * the loop while a client reads slowly. That client then misses prices, and gets the newest.
   */
  async *watch(symbol: string, signal: AbortSignal): AsyncGenerator<Price> {
    let lastPrice: Price | undefined;
    while (!signal.aborted) {
      const price = this.current(symbol);
      if (price === undefined || price === lastPrice) {
        await once(this.#changes, symbol, { signal });
      } else {
        lastPrice = price;
        yield price;
      }
    }
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #changePrices(): void {
    for (const { symbol, cents } of this.#prices.values()) {
      const change = Math.round(Math.random() * 20) - 10;
      this.#prices.set(symbol, { symbol, cents: Math.max(1, cents + change) });
      this.#changes.emit(symbol);
    }
  }
}
