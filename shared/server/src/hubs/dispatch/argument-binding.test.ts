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
}

const schemaOf = (validate: () => Promise<never>) => ({
  '~standard': { version: 1, vendor: 'tests', validate } as const,
});
/** Asks a database that is down. */
const Room = schemaOf(() => Promise.reject(new Error('The database is down.')));
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
  };
  server = await testServer((signalr) => signalr.mapHub('/hub', RoomHub, { methods }), {
    logger: new CollectingLogger(),
  });
});
afterEach(async () => {
  process.off('unhandledRejection', keep);
  await server.close();
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
