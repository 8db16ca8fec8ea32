import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SignalRServer, streamOf } from '@practical-signalr/server';
import { z } from 'zod';
import { PriceFeed } from './price-feed.ts';
import { TickerHub } from './ticker-hub.ts';

const orderSchema = z.object({ symbol: z.string(), pieces: z.int().positive() });

/** Starts the ticker on a free port. Returns its address, and a function that stops it. */
export async function startPriceTicker() {
  const feed = new PriceFeed();
  const signalr = new SignalRServer();
  signalr.mapHub('/ticker', () => new TickerHub(feed), {
    methods: {
      watchPrice: { arguments: [z.string()] },
      placeOrders: { arguments: [streamOf(orderSchema)] },
    },
  });
  const server = createServer(signalr.router());
  signalr.attach(server);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const close = async (): Promise<void> => {
    feed.close();
    await signalr.close();
    server.close();
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/ticker`, close };
}
