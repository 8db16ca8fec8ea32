import { afterEach, beforeEach, expect, test } from 'vitest';
import { Hub } from '../../index.ts';
import { CollectingLogger } from '../../testing/collecting-logger.ts';
import { testServer, type TestServer } from '../../testing/index.ts';
import { RawClient } from '../../testing/raw-client.ts';

class RoomHub extends Hub {
  enter(room: string, _name: string): string {
    return room;
  }
  leave(room: string, _name: string): string {
    return room;
  }
  knock(room: string): string {
    return room;
  }
}

const schemaOf = (validate: () => Promise<never>) => ({
  '~standard': { version: 1, vendor: 'tests', validate } as const,
});
/** Asks a database that is down. */
const Room = schemaOf(() => Promise.reject(new Error('The database is down.')));
/** Refuses the value, with a promise that is no native one. */
const Refused = schemaOf(() => {
  const result = { issues: [{ message: 'refused' }] };
  const promise: PromiseLike<typeof result> = {
    then: (onFulfilled) => Promise.resolve(result).then(onFulfilled),
  };
  return promise as never;
});
const Broken = schemaOf(() => {
  throw new Error('broken');
});

let server: TestServer;
const unhandled: unknown[] = [];
const keep = (error: unknown): void => void unhandled.push(error);
beforeEach(async () => {
  process.on('unhandledRejection', keep);
  const methods = {
    enter: { arguments: [Room, Room] as const },
    leave: { arguments: [Room, Broken] as const },
    knock: { arguments: [Refused] as const },
  };
  server = await testServer((signalr) => signalr.mapHub('/hub', RoomHub, { methods }), {
    logger: new CollectingLogger(),
  });
});
afterEach(async () => {
  process.off('unhandledRejection', keep);
  await server.close();
});

test('the result of a schema may be a promise of any library', async () => {
  const client = await RawClient.connect(`${server.url}/hub`);
  client.send('{"type":1,"invocationId":"1","target":"knock","arguments":["a"]}\u001e');
  expect(await client.next()).toBe(
    '{"type":3,"invocationId":"1","error":"Failed to invoke \'knock\' due to an error on the server."}',
  );
  client.close();
});

test.each([
  ['has too few arguments', 'enter', '["a"]'],
  ['has another argument whose schema throws', 'leave', '["a","b"]'],
])('an asynchronous schema that rejects is handled if the call %s', async (_, target, args) => {
  const client = await RawClient.connect(`${server.url}/hub`);
  client.send(`{"type":1,"invocationId":"1","target":"${target}","arguments":${args}}\u001e`);
  expect(await client.next()).toContain('"error"');
  // Node reports unhandled rejections before the next turn of the event loop.
  await new Promise((resolve) => setImmediate(resolve));
  expect(unhandled).toEqual([]);
  client.close();
});
