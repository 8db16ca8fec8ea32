import { Hub, SignalRServer } from '@practical-signalr/server';
import { testServer, type TestServer } from '@practical-signalr/server/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkPrototype } from '../parsers/check-prototype.ts';
import { PollingClient } from '../polling-client.ts';

const received: unknown[] = [];
class MergingHub extends Hub {
  /** Application code that merges what it receives into its own object. */
  merge(value: object): string {
    received.push(value);
    const settings = Object.assign({ isAdmin: false }, value);
    return `${settings.isAdmin}, ${this.context.request.query.get('__proto__')}`;
  }
}

let server: TestServer;
beforeAll(async () => {
  server = await testServer({ '/hub': { hub: MergingHub, methods: ['merge'] } });
});
afterAll(() => server.close());

const polluted = (): unknown => ({}) as { isAdmin?: unknown };
function expectUnpolluted(): void {
  expect(polluted()).not.toHaveProperty('isAdmin');
  for (const value of received.splice(0)) checkPrototype(value);
}

test.each([
  '{"__proto__":{"isAdmin":true}}',
  '{"\\u005f_proto__":{"isAdmin":true}}',
  '[{"__proto__":{"isAdmin":true}}]',
  '{"a":[{"b":{"__proto__":{"isAdmin":true}}}]}',
  '{"constructor":{"prototype":{"isAdmin":true}}}',
  '{"__proto__":null,"toString":1,"hasOwnProperty":2}',
])('the JSON argument %s changes no prototype', async (value) => {
  const client = await PollingClient.connect(`${server.url}/hub`);
  await client.send(`{"type":1,"invocationId":"1","target":"merge","arguments":[${value}]}\u001e`);
  expect((await client.poll()).toString()).toBe(
    '{"type":3,"invocationId":"1","result":"false, undefined"}\u001e',
  );
  expect(received).toHaveLength(1);
  expectUnpolluted();
  await client.close();
});

test.each([
  '{"__proto__":{"type":1},"type":1,"invocationId":"1","target":"merge","arguments":[{}]}',
  '{"type":1,"headers":{"__proto__":"true"},"invocationId":"1","target":"merge","arguments":[{}]}',
  '{"type":1,"invocationId":"1","target":"merge","arguments":[{}],"constructor":{"prototype":{"isAdmin":true}}}',
])('a JSON message with the member %s changes no prototype', async (message) => {
  const client = await PollingClient.connect(`${server.url}/hub`);
  await client.send(`${message}\u001e`);
  expect((await client.poll()).toString()).toContain('"result":"false, undefined"');
  expectUnpolluted();
  await client.close();
});

/** An invocation of `merge` whose argument is `{ <key>: { isAdmin: true } }`. */
function packedCall(key: string): Buffer<ArrayBuffer> {
  const isAdmin = '81a7697341646d696ec3';
  const name = Buffer.from(key);
  const map = `81${(0xa0 + name.length).toString(16)}${name.toString('hex')}${isAdmin}`;
  const body = Buffer.from(`960180a131a56d6572676591${map}90`, 'hex');
  return Buffer.concat([Buffer.of(body.length), body]);
}

test.each(['__proto__', 'constructor', 'prototype'])(
  'the MessagePack key %s changes no prototype',
  async (key) => {
    const client = await PollingClient.connect(`${server.url}/hub`, 'messagepack');
    await client.send(packedCall(key));
    expect((await client.poll()).toString('latin1')).toContain('false, undefined');
    expectUnpolluted();
    await client.close();
  },
);

test('query parameters change no prototype, and are read by their name', async () => {
  const query = '__proto__=a&__proto__[isAdmin]=1&constructor[prototype][isAdmin]=1';
  const client = await PollingClient.connect(`${server.url}/hub?${query}`);
  await client.send('{"type":1,"invocationId":"1","target":"merge","arguments":[{}]}\u001e');
  expect((await client.poll()).toString()).toContain('"result":"false, a"');
  expectUnpolluted();
  await client.close();
});

test('options from JSON change no prototype, and nothing is inherited from them', () => {
  const options = JSON.parse(
    '{"__proto__":{"isAdmin":true},"methods":["merge"],"constructor":{"prototype":{"isAdmin":true}}}',
  ) as { methods: ['merge'] };
  try {
    new SignalRServer(JSON.parse('{"__proto__":{"isAdmin":true}}') as object);
    new SignalRServer().mapHub('/hub', MergingHub, options);
  } catch (error) {
    // An unknown option may be refused with a documented error.
    expect(error).toHaveProperty('code', expect.stringMatching(/^ERR_SIGNALR_/));
  }
  expectUnpolluted();
});
