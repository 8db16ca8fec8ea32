import { randomBytes } from 'node:crypto';
import { Hub } from '@practical-signalr/server';
import { testServer, type TestServer } from '@practical-signalr/server/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { negotiate, PollingClient } from '../polling-client.ts';

class EchoHub extends Hub {
  echo(text: string): string {
    return text;
  }
}

let server: TestServer;
beforeAll(async () => {
  server = await testServer({ '/hub': { hub: EchoHub, methods: ['echo'] } });
});
afterAll(() => server.close());

/** Changes the last character of a token. */
const nearlyEqual = (token: string): string =>
  token.slice(0, -1) + (token.endsWith('A') ? 'B' : 'A');

test('tokens that an attacker guesses are refused, whether they are close to a real one or not', async () => {
  const victim = await PollingClient.connect(`${server.url}/hub`);
  const open = await negotiate(`${server.url}/hub/negotiate?negotiateVersion=1`);
  const guesses = ['', 'undefined', 'null', '*', '%00', '..', nearlyEqual(open), open.slice(1)]
    .concat(open.toUpperCase() === open ? [] : [open.toUpperCase()])
    .concat(Array.from({ length: 50 }, () => randomBytes(16).toString('base64url')));
  for (const method of ['GET', 'POST', 'DELETE']) {
    const answers = new Set<string>();
    for (const guess of guesses.slice(1)) {
      const url = `${server.url}/hub?id=${guess === '%00' ? guess : encodeURIComponent(guess)}`;
      const response = await fetch(url, { method });
      answers.add(`${response.status} ${await response.text()}`);
    }
    // The same answer to each guess: it does not disclose how much of a guess was right.
    expect([...answers]).toEqual(['404 No Connection with that ID']);
  }
  await victim.send('{"type":1,"invocationId":"1","target":"echo","arguments":["x"]}\u001e');
  expect((await victim.poll()).toString()).toContain('"result":"x"');
  await victim.close();
});

test('the connection id, which other clients may know, does not open a connection', async () => {
  const response = await fetch(`${server.url}/hub/negotiate?negotiateVersion=1`, {
    method: 'POST',
  });
  const ids = (await response.json()) as { connectionId: string; connectionToken: string };
  expect(ids.connectionId).not.toBe(ids.connectionToken);
  const statusOf = async (id: string): Promise<number> => {
    const response = await fetch(`${server.url}/hub?id=${id}`);
    await response.arrayBuffer();
    return response.status;
  };
  expect(await statusOf(ids.connectionId)).toBe(404);
  expect(await statusOf(ids.connectionToken)).toBe(200);
});

test('tokens have 128 random bits or more, and none predicts another', async () => {
  const tokens = await Promise.all(
    Array.from({ length: 200 }, () => negotiate(`${server.url}/hub/negotiate?negotiateVersion=1`)),
  );
  expect(new Set(tokens).size).toBe(200);
  // A character has 6 random bits. Other characters may be constant, for example those of the
  // server.
  const isRandom = (position: number): boolean =>
    new Set(tokens.map((token) => token[position])).size > 30;
  const positions = Array.from({ length: tokens[0]?.length ?? 0 }, (_, position) => position);
  expect(positions.filter(isRandom).length).toBeGreaterThanOrEqual(21);
});
