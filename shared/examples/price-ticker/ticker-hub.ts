import { Hub, HubError } from '@practical-signalr/server';
import type { Order, Price, TickerServer } from './contract.ts';
import type { PriceFeed } from './price-feed.ts';

/** Streams prices to its clients, and reads their uploads of orders. */
export class TickerHub extends Hub implements TickerServer {
  readonly #feed: PriceFeed;

  constructor(feed: PriceFeed) {
    super();
    this.#feed = feed;
  }

  async *watchPrices(symbol: string): AsyncGenerator<Price> {
    if (this.#feed.current(symbol) === undefined) throw new HubError(`Unknown symbol '${symbol}'.`);
    yield* this.#feed.watch(symbol, this.context.invocationAborted);
  }

  async placeOrders(orders: AsyncIterable<Order>): Promise<number> {
    let cost = 0;
    for await (const { symbol, pieces } of orders) {
      const price = this.#feed.current(symbol);
      if (price === undefined) throw new HubError(`Unknown symbol '${symbol}'.`);
      cost += price.cents * pieces;
    }
    return cost;
  }
}
