import { afterAll, beforeAll, expect, test } from 'vitest';
import { startPriceTicker } from '../price-ticker.ts';
import { connectToTicker } from '../ticker-client.ts';

let ticker: Awaited<ReturnType<typeof startPriceTicker>>;
let clients: Awaited<ReturnType<typeof connectToTicker>>[] = [];
beforeAll(async () => {
  ticker = await startPriceTicker();
  clients = await Promise.all([1, 2, 3].map(() => connectToTicker(ticker.url)));
});
afterAll(async () => {
  await Promise.all(clients.map((client) => client.stop()));
  await ticker.close();
});

test('each client reads its own stream of prices', async () => {
  const symbols = ['ACME', 'ACME', 'GLOBEX'] as const;
  const counts = [4, 5, 6];
  const read = await Promise.all(
    clients.map((client, index) => client.readPrices(symbols[index]!, counts[index]!)),
  );
  expect(read.map((prices) => prices.length)).toEqual(counts);
  for (const price of read.flat()) expect(price).toBeGreaterThan(0);
});

test('an upload of orders returns their cost', async () => {
  const [client] = clients;
  const orders = Array.from({ length: 20 }, () => ({ symbol: 'ACME', pieces: 5 }));
  // Each price is about 100.00, and changes while the orders arrive.
  const cost = await client?.placeOrders(orders);
  expect(cost).toBeGreaterThan(0);
  expect(Number(cost) % 5).toBe(0);
});

test('an unknown symbol and an invalid order are refused', async () => {
  const [client] = clients;
  await expect(client?.readPrices('NOPE', 1)).rejects.toThrow("Unknown symbol 'NOPE'.");
  await expect(client?.placeOrders([{ symbol: 'ACME', pieces: -1 }])).rejects.toThrow();
});
