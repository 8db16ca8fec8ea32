/** What the model assumes about machines and the network. Times are in ms. */
export const costs = {
  /** The time from a server to Redis, or back. */
  networkLatency: 0.25,
  /** What the network card of Redis or a server sends in 1 ms, in bytes: 10 Gbit/s. */
  bytesPerMillisecond: 1_250_000,
  /** The time from one worker to another, through their primary process. */
  workerLatency: 0.1,
  /** The CPU time of Redis for a PUBLISH, and more for each subscriber. */
  redisPublish: 0.002,
  redisDelivery: 0.001,
  /** The CPU time of Redis for a SUBSCRIBE or an UNSUBSCRIBE of one channel. */
  redisSubscribe: 0.002,
  /** The CPU time of a server to negotiate and accept a client. */
  serverConnect: 0.4,
  /** The CPU time of a server for a message to one client. */
  serverDelivery: 0.01,
  /** How long a client waits for its connection before it tries again. */
  connectTimeout: 15_000,
  /** How long a new server of a deployment takes to start. */
  serverStart: 5000,
} as const;
