import type { LifetimeConnection } from '@practical-signalr/server/scale-out';
import type { RedisChannels } from '../pub-sub/redis-channels.ts';

/** Returns the channels on which the messages of a connection arrive, except the one for all. */
export function ownChannelsOf(
  channels: RedisChannels,
  { connectionId, userIdentifier }: LifetimeConnection,
  groups: readonly string[],
): string[] {
  const own = [channels.connection(connectionId), ...groups.map((group) => channels.group(group))];
  if (userIdentifier !== undefined && userIdentifier !== '')
    own.push(channels.user(userIdentifier));
  return own;
}

/** Returns all channels on which the messages of a connection arrive. */
export const channelsOf = (
  channels: RedisChannels,
  connection: LifetimeConnection,
  groups: readonly string[],
): string[] => [channels.all, ...ownChannelsOf(channels, connection, groups)];
