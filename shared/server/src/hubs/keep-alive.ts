import type { HubOptions } from './hub-options.ts';

type Intervals = Pick<HubOptions, 'keepAliveInterval' | 'clientTimeoutInterval'>;

/** Watches the silence of both sides of one connection. */
export class KeepAlive {
  /** Set by whoever hears or sends something; one beat later it is history. */
  heard = false;
  sent = false;
  /** A client that has never sent a ping is not expected to: it may be silent for as long as it likes. */
  clientPings = false;
  #heardAt: number;
  #sentAt: number;

  constructor(now: number) {
    this.#heardAt = now;
    this.#sentAt = now;
  }

  /** What is due now. While the server itself does not read (`isBusy`), the client's silence does not count. */
  beat(
    now: number,
    { keepAliveInterval, clientTimeoutInterval }: Intervals,
    isBusy: boolean,
  ): 'timeout' | 'ping' | undefined {
    if (this.heard || isBusy || !this.clientPings) this.#heardAt = now;
    else if (now - this.#heardAt > clientTimeoutInterval) return 'timeout';
    const isPingDue = !this.sent && now - this.#sentAt >= keepAliveInterval;
    if (this.sent || isPingDue) this.#sentAt = now;
    this.heard = false;
    this.sent = false;
    return isPingDue ? 'ping' : undefined;
  }
}

/** Named as in ASP.NET Core, since detailed errors show the name. */
export class ClientTimeoutError extends Error {
  override readonly name = 'OperationCanceledException';
}
