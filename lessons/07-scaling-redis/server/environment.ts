/** Which of the servers this is; must be unique among all that share a Redis. */
export const instance = process.env['INSTANCE'] ?? 'instance 1';

/** The backplane; without one each server is alone. */
export const url = process.env['REDIS_URL'];
