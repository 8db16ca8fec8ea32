import { Hub, type UntypedClient } from '@practical-signalr/server';

/** What the hub has seen. */
export class FaultLog {
  /** The numbers of the calls in the order in which they ran. */
  readonly calls: number[] = [];
  readonly disconnected: string[] = [];
}

/** The hub of the fault tests. */
export class FaultHub extends Hub<UntypedClient> {
  readonly #log: FaultLog;

  constructor(log: FaultLog) {
    super();
    this.#log = log;
  }

  override onDisconnected(): void {
    this.#log.disconnected.push(this.context.connectionId);
  }

  id(): string {
    return this.context.connectionId;
  }

  /** Runs a call of a client. `padding` makes its frame longer. */
  call(n: number, _padding: string): number {
    this.#log.calls.push(n);
    return n;
  }

  async broadcast(n: number): Promise<void> {
    await this.clients.all.send('n', n);
  }
}

/** The methods that clients can call. */
export const faultMethods = ['id', 'call', 'broadcast'] as const;
