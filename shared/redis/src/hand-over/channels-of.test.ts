import type { LifetimeConnection } from '@practical-signalr/server/scale-out';
import { expect, test } from 'vitest';
import type { RedisChannels } from '../pub-sub/redis-channels.ts';
import { channelsOf } from './channels-of.ts';

const channels = {
  all: 'all',
  connection: (id: string) => `connection ${id}`,
  group: (name: string) => `group ${name}`,
  user: (id: string) => `user ${id}`,
} as unknown as RedisChannels;

test.each([
  ['ada', ['all', 'connection 1', 'group g', 'user ada']],
  ['', ['all', 'connection 1', 'group g']],
  [undefined, ['all', 'connection 1', 'group g']],
])('the channels of a connection of the user %j', (userIdentifier, names) => {
  const connection = { connectionId: '1', userIdentifier } as LifetimeConnection;
  expect(channelsOf(channels, connection, ['g'])).toEqual(names);
});
