export interface Price {
  readonly symbol: string;
  readonly cents: number;
}

export interface Order {
  readonly symbol: string;
  readonly pieces: number;
}

/** The methods that clients can call. */
export interface TickerServer {
  /** A stream of the prices of one symbol. */
  watchPrices(symbol: string): AsyncIterable<Price>;
  /** Reads an upload of orders, and returns what they cost, in cents. */
  placeOrders(orders: AsyncIterable<Order>): Promise<number>;
}
