export type Order = { readonly symbol: string; readonly pieces: number };

/** The methods that clients can call. Prices are in cents. */
export interface TickerServer {
  watchPrice(symbol: string): AsyncIterable<number>;
  /** Reads an upload of orders, and returns what they cost. */
  placeOrders(orders: AsyncIterable<Order>): Promise<number>;
}
