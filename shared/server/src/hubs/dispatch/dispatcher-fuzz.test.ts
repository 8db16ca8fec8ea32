import fc from 'fast-check';
import { once } from 'node:events';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { Hub, stream, streamOf } from '../../index.ts';
import { RawClient } from '../../testing/raw-client.ts';
import { testServer, type TestServer } from '../../testing/index.ts';

class FuzzedHub extends Hub {
  add(a: number, b: number): number {
    return a + b;
  }
  async askCaller(): Promise<unknown> {
    return this.clients.caller.withSignal(AbortSignal.timeout(50)).invoke('Ask');
  }
  async *count(to: number): AsyncGenerator<number> {
    for (let i = 0; i < to; i++) yield i;
  }
  async *forever(): AsyncGenerator<number> {
    yield 0;
    await once(new EventTarget(), 'never', { signal: this.context.invocationAborted });
  }
  async sum(items: AsyncIterable<number>): Promise<number> {
    let sum = 0;
    for await (const item of items) sum += item;
    return sum;
  }
  async *echo(items: AsyncIterable<unknown>, times: number): AsyncGenerator<unknown> {
    for await (const item of items) for (let i = 0; i < times; i++) yield item;
  }
  throws(): void {
    throw new Error('secret');
  }
}
const methods = {
  askCaller: {},
  forever: {},
  throws: {},
  add: { arguments: [z.number(), z.number()] },
  count: { arguments: [z.number().max(20)] },
  sum: { arguments: [streamOf(z.number())] },
  echo: { arguments: [stream, z.number().max(3)] },
};

let server: TestServer;
const nothing = (): void => undefined;
beforeAll(async () => {
  const logger = { debug: nothing, info: nothing, warn: nothing, error: nothing };
  server = await testServer((signalr) => signalr.mapHub('/hub', FuzzedHub, { methods }), {
    logger,
  });
});
afterAll(() => server.close());

const id = fc.constantFrom('1', '2', '3', 's', 't', '');
const target = fc.constantFrom(
  'Add',
  'AskCaller',
  'Count',
  'Forever',
  'Sum',
  'Echo',
  'Throws',
  'Nobody',
  '__proto__',
  'then',
);
const value = fc.oneof(fc.integer({ min: -5, max: 30 }), fc.jsonValue());
const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const message = fc.oneof(
  fc.record({
    type: fc.constantFrom(1, 1, 4),
    invocationId: optional(id),
    target,
    arguments: fc.array(value, { maxLength: 3 }),
    streamIds: optional(fc.array(id, { maxLength: 2 })),
  }),
  fc.record({ type: fc.constant(2), invocationId: id, item: value }),
  fc.record({ type: fc.constant(3), invocationId: id, result: value }),
  fc.record({ type: fc.constant(3), invocationId: id, error: optional(fc.string()) }),
  fc.record({ type: fc.constant(5), invocationId: id }),
  fc.record({ type: fc.constantFrom(6, 8, 9, 42), sequenceId: fc.nat() }),
  fc.record({ type: fc.constant(7), error: optional(fc.string()) }),
);
/** The messages of each frame. */
const conversation = fc.array(fc.array(message, { maxLength: 6 }), { maxLength: 8 });
const RS = '\u001e';

test('any messages of a client get valid responses or a normal close, and other clients are served', async () => {
  const otherClient = await RawClient.connect(`${server.url}/hub`);
  await fc.assert(
    fc.asyncProperty(conversation, async (frames) => {
      const client = await RawClient.connect(`${server.url}/hub`);
      for (const frame of frames)
        client.send(frame.map((part) => JSON.stringify(part) + RS).join(''));
      client.send(`{"type":7}${RS}`);
      const { records, code } = await client.end();
      expect(code).toBe(1000);
      for (const [i, record] of records.entries()) {
        const response = JSON.parse(record) as { type: number; error?: string };
        expect([1, 2, 3, 7]).toContain(response.type);
        expect(response.error ?? '').not.toContain('secret');
        expect(response.type === 7, 'Close is the last message').toBe(i === records.length - 1);
      }
      otherClient.send(`{"type":1,"invocationId":"w","target":"Add","arguments":[1,2]}${RS}`);
      expect(await otherClient.next()).toBe('{"type":3,"invocationId":"w","result":3}');
    }),
    { numRuns: 300 },
  );
  otherClient.close();
}, 60_000);
