import { expect, test } from 'vitest';
import type { RedisBus } from '../pub-sub/redis-bus.ts';
import { ForeignMessageError } from '../pub-sub/redis-protocol.ts';
import { BusPresenceLink } from './bus-presence-link.ts';
import type { PresenceChanges } from './presence-changes.ts';

test('a payload that is not a change of presence is a foreign message', async () => {
  let handle: (payload: Uint8Array) => undefined = () => undefined;
  const bus = {
    subscribe: async (_channel: string, handler: typeof handle) => void (handle = handler),
  } as unknown as RedisBus;
  const changes = { receive: (payload: Uint8Array) => payload.length > 0 };
  await new BusPresenceLink(bus, 'channel', changes as unknown as PresenceChanges).subscribe();
  expect(handle(Buffer.from('change'))).toBeUndefined();
  expect(() => handle(Buffer.alloc(0))).toThrow(ForeignMessageError);
});
