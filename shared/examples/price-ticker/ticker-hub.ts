import { Hub } from '@practical-signalr/server';
import type { Order, TickerServer } from './contract.ts';
import type { PriceFeed } from './price-feed.ts';

/** Streams prices to its clients, and reads their uploads of orders. */
export class TickerHub extends Hub implements TickerServer {
  readonly #feed: PriceFeed;

  constructor(feed: PriceFeed) {
    super();
    this.#feed = feed;
  }

  async *watchPrice(symbol: string): AsyncGenerator<number> {
    yield* this.#feed.watch(symbol, this.context.invocationAborted);
  }

  async placeOrders(orders: AsyncIterable<Order>): Promise<number> {
    let cost = 0;
    for await (const { symbol, pieces } of orders) cost += this.#feed.priceOf(symbol) * pieces;
    return cost;
  }
}
