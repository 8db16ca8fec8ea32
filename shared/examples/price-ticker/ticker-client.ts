import { HubConnectionBuilder, LogLevel, Subject } from '@microsoft/signalr';
import { typed } from '@practical-signalr/server/client';
import type { Order, TickerServer } from './contract.ts';

/** Connects a client to the ticker. */
export async function connectToTicker(url: string) {
  const connection = typed<TickerServer, object>(
    new HubConnectionBuilder().withUrl(url).configureLogging(LogLevel.Warning).build(),
  );
  await connection.start();
  return {
    /** Reads a number of prices, then cancels the stream. */
    readPrices: (symbol: string, count: number): Promise<readonly number[]> =>
      new Promise((resolve, reject) => {
        const prices: number[] = [];
        const stream = connection.stream('watchPrice', symbol).subscribe({
          next(price) {
            prices.push(price);
            if (prices.length < count) return;
            stream.dispose();
            resolve(prices);
          },
          complete: () => resolve(prices),
          error: reject,
        });
      }),
    /** Uploads orders one by one. Returns their cost in cents. */
    placeOrders(orders: readonly Order[]): Promise<number> {
      const upload = new Subject<Order>();
      const cost = connection.invoke('placeOrders', upload);
      for (const order of orders) upload.next(order);
      upload.complete();
      return cost;
    },
    stop: () => connection.stop(),
  };
}
