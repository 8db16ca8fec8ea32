import { presence } from '@practical-signalr/redis';

/** Which of the servers this is; must be unique among all that share a Redis. */
export const instance = process.env['INSTANCE'] ?? 'instance 1';

/** The backplane; without one each server is alone. */
export const url = process.env['REDIS_URL'];

/** Who is online, over all servers: an addition, off unless asked for, since it keeps keys in Redis. */
export const online = url && process.env['PRESENCE'] ? presence({ url }) : undefined;
