/** Counters since the start, and the time of the last change of state. */
export class RedisStatistics {
  /** The number of messages that Redis has accepted, without heartbeats. */
  publishedMessages = 0;
  /** The number of messages that arrived from Redis, without heartbeats. */
  receivedMessages = 0;
  /**
   * The number of sends that did not reach other servers because Redis was unavailable or refused
   * them.
   */
  lostSends = 0;
  /**
   * The number of sends that were not confirmed when the connection closed. They may have arrived
   * or not.
   */
  unconfirmedSends = 0;
  /** The number of messages on our channels that no SignalR server wrote. */
  foreignMessages = 0;
  /** The number of outages. */
  disconnections = 0;
  /** The number of outages that are over. */
  reconnections = 0;
  #changedAt = performance.now();

  /** Records a change of state. Returns how long the previous state lasted, in ms. */
  recordStateChange(): number {
    const duration = this.stateFor;
    this.#changedAt = performance.now();
    return duration;
  }

  /** How long the current state has lasted, in ms. */
  get stateFor(): number {
    return Math.round(performance.now() - this.#changedAt);
  }
}
