import type { HubOptions } from '../hub-options.ts';

type Intervals = Pick<HubOptions, 'keepAliveInterval' | 'clientTimeoutInterval'>;

/**
 * Decides when the server sends a ping and when a silent client times out.
 * Source: `HubConnectionContext.TryWritePingAsync` and `CheckClientTimeout` of ASP.NET Core.
 */
export class KeepAlive {
  /** Set when the client sends something. Reset by each `check`. */
  hasReceived = false;
  /** Set when the server sends something. Reset by each `check`. */
  hasSent = false;
  /** Whether the client has ever sent a ping. A client that sends none never times out. */
  clientPings = false;
  #lastReceived: number;
  #lastSent: number;

  /** `now` is in ms, from the same clock as in `check`. */
  constructor(now: number) {
    this.#lastReceived = now;
    this.#lastSent = now;
  }

  /**
   * Returns the action that is due. While the server does not read (`isBusy`), the client's
   * silence does not count.
   */
  check(
    now: number,
    { keepAliveInterval, clientTimeoutInterval }: Intervals,
    isBusy: boolean,
  ): 'timeout' | 'ping' | undefined {
    if (this.hasReceived || isBusy || !this.clientPings) this.#lastReceived = now;
    else if (now - this.#lastReceived > clientTimeoutInterval) return 'timeout';
    const isPingDue = !this.hasSent && now - this.#lastSent >= keepAliveInterval;
    if (this.hasSent || isPingDue) this.#lastSent = now;
    this.hasReceived = false;
    this.hasSent = false;
    return isPingDue ? 'ping' : undefined;
  }
}
