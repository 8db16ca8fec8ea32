/** What has happened since the start. */
export class RedisStatistics {
  /** Messages that Redis has taken, heartbeats left out. */
  publishedMessages = 0;
  /** Messages that came from Redis, heartbeats left out. */
  receivedMessages = 0;
  /** Sends that other servers did not get, because Redis was away or refused them. */
  lostSends = 0;
  /** Sends that were on their way when the connection ended: nobody knows. */
  unconfirmedSends = 0;
  /** Messages on our channels that were not ours. */
  foreignMessages = 0;
  /** Outages. */
  disconnections = 0;
  /** Outages that are over. */
  reconnections = 0;
  #since = performance.now();

  /** Notes a change of state; returns for how long the last one lasted, in ms. */
  changed(): number {
    const before = this.#since;
    this.#since = performance.now();
    return Math.round(this.#since - before);
  }

  get stateFor(): number {
    return Math.round(performance.now() - this.#since);
  }
}
