import { Hub } from '@practical-signalr/server';

/** What the server sends: the number of a message in its series. */
export interface RestartClient {
  all(n: number): void;
  group(n: number): void;
  user(n: number): void;
}

/** The calls of each client in the order in which any server has run them. */
export class CallLog {
  readonly #calls = new Map<string, number[]>();
  /** How often `onConnected` has run. */
  connected = 0;
  /** How often `onDisconnected` has run. */
  disconnected = 0;

  add(client: string, n: number): void {
    const calls = this.#calls.get(client);
    if (calls === undefined) this.#calls.set(client, [n]);
    else calls.push(n);
  }

  callsOf(client: string): readonly number[] {
    return this.#calls.get(client) ?? [];
  }
}

/** The hub of the servers that restart. */
export class RestartHub extends Hub<RestartClient> {
  readonly #log: CallLog;

  constructor(log: CallLog) {
    super();
    this.#log = log;
  }

  override onConnected(): void {
    this.#log.connected++;
  }

  override onDisconnected(): void {
    this.#log.disconnected++;
  }

  async join(group: string): Promise<void> {
    await this.groups.add(this.context.connectionId, group);
  }

  /** Takes several turns of the event loop, so that a server also stops during calls. */
  async call(n: number): Promise<number> {
    await new Promise(setImmediate);
    this.#log.add(this.context.userIdentifier as string, n);
    return n;
  }
}
