/** What Redis has done for the messages to clients. Times are in ms. */
export interface RedisLoad {
  readonly publishes: number;
  /** The messages that Redis has sent to subscribers. */
  readonly deliveries: number;
  /** The heartbeats and the acks of group changes. The other numbers do not contain them. */
  readonly acks: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** The CPU time. */
  readonly busy: number;
}

/** Returns what has been added since an earlier state. */
export const loadSince = (now: RedisLoad, before: RedisLoad): RedisLoad => ({
  publishes: now.publishes - before.publishes,
  deliveries: now.deliveries - before.deliveries,
  acks: now.acks - before.acks,
  bytesIn: now.bytesIn - before.bytesIn,
  bytesOut: now.bytesOut - before.bytesOut,
  busy: now.busy - before.busy,
});
