import { redis } from '@practical-signalr/redis';
import type { SignalRServerOptions } from '@practical-signalr/server';

/** Where the twin meets other servers. */
export interface Backplane {
  /** `host:port` as StackExchange.Redis has it, or a URL. */
  readonly redis: string;
  readonly prefix?: string | undefined;
}

/** The hub of the backplane has the name that .NET gives its class; the others are the twin's own. */
export function backplane(to: Backplane): Pick<SignalRServerOptions, 'scaleOut'> {
  const url = to.redis.includes('://') ? to.redis : `redis://${to.redis}`;
  const hubName = (name: string): string => (name === 'ChatHub' ? 'Interop.ChatHub' : name);
  return { scaleOut: redis({ url, hubName, channelPrefix: to.prefix ?? '' }) };
}
