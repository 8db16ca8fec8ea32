import { connectToTicker } from './ticker-client.ts';
import { startPriceTicker } from './price-ticker.ts';

const ticker = await startPriceTicker(500);
console.log(`The ticker is at ${ticker.url}`);
const clients = await Promise.all([1, 2, 3].map(() => connectToTicker(ticker.url)));

await Promise.all(
  clients.map(async (client, index) => {
    const prices = await client.readPrices('ACME', 5);
    console.log(`Client ${index + 1} saw ${prices.map(({ cents }) => cents / 100).join(', ')}`);
  }),
);
const orders = [
  { symbol: 'ACME', pieces: 3 },
  { symbol: 'GLOBEX', pieces: 1 },
];
const cost = await clients[0]?.placeOrders(orders);
console.log(`The orders cost ${(cost ?? 0) / 100}`);

await Promise.all(clients.map((client) => client.stop()));
await ticker.close();
