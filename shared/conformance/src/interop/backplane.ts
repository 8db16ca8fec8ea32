import { redis } from '@practical-signalr/redis';
import type { SignalRServerOptions } from '@practical-signalr/server';

/** The backplane of the twin. */
export interface Backplane {
  /** The address of Redis, as `host:port` (the format of StackExchange.Redis) or as a URL. */
  readonly redis: string;
  readonly prefix?: string | undefined;
  /** Whether the twin keeps a history and can hand its connections over. Default: false. */
  readonly isRecoverable?: boolean;
}

/**
 * Returns the server options for a backplane. Only the recorded hub has its .NET name; the others
 * exist only in twins.
 */
export function backplane(target: Backplane): Pick<SignalRServerOptions, 'scaleOut'> {
  const url = target.redis.includes('://') ? target.redis : `redis://${target.redis}`;
  const hubName = (name: string): string => (name === 'ChatHub' ? 'Interop.ChatHub' : name);
  const features = target.isRecoverable === true ? { history: {}, handOver: true } : {};
  return { scaleOut: redis({ url, hubName, channelPrefix: target.prefix ?? '', ...features }) };
}
