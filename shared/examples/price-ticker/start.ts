import { startPriceTicker } from './price-ticker.ts';
import { connectToTicker } from './ticker-client.ts';

const ticker = await startPriceTicker();
const clients = await Promise.all([1, 2, 3].map(() => connectToTicker(ticker.url)));
await Promise.all(
  clients.map(async (client, index) => {
    const prices = await client.readPrices('ACME', 5);
    console.log(`Client ${index + 1} saw ${prices.map((price) => price / 100).join(', ')}`);
  }),
);
const cost = await clients[0]!.placeOrders([{ symbol: 'ACME', pieces: 3 }]);
console.log(`The order costs ${cost / 100}`);
await Promise.all(clients.map((client) => client.stop()));
await ticker.close();
