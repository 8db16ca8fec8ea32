import type { Model, ModelConnection } from './model.ts';
import type { ModelClient } from './model-client.ts';
import type { World } from './world.ts';

/** A stream or an upload whose result is not compared yet. */
interface PendingResult {
  readonly slot: number;
  readonly what: string;
  readonly expected: string;
  readonly outcome: Promise<string | Error>;
  /** True if the connection of the client has ended since. */
  mayFail: boolean;
}

/** The real side of a run: the servers, the clients, and what is still pending. */
export class RunState {
  readonly world: World;
  /** How long to wait for what must happen, in ms. Only a failing run waits that long. */
  readonly hangLimit: number;
  readonly clients: (ModelClient | undefined)[] = [];
  /** The number of operations so far. */
  steps = 0;
  #texts = 0;
  #pending: PendingResult[] = [];

  constructor(world: World, hangLimit: number) {
    this.world = world;
    this.hangLimit = hangLimit;
  }

  client(slot: number): ModelClient {
    return this.clients[slot] as ModelClient;
  }

  /** Returns a text that no other message has. */
  nextText(): string {
    this.#texts++;
    return `m${this.#texts}`;
  }

  addPending(slot: number, what: string, expected: unknown, outcome: Promise<unknown>): void {
    const settled = outcome.then(
      (value) => JSON.stringify(value),
      (error: Error) => error,
    );
    const text = JSON.stringify(expected);
    this.#pending.push({ slot, what, expected: text, outcome: settled, mayFail: false });
  }

  /** Lets the streams and uploads of a client fail, because its connection ends. */
  allowFailures(slot: number): void {
    for (const pending of this.#pending) if (pending.slot === slot) pending.mayFail = true;
  }

  /** Compares the results of all streams and uploads. */
  async settleResults(): Promise<void> {
    const pending = this.#pending;
    this.#pending = [];
    for (const { slot, what, expected, outcome, mayFail } of pending) {
      const actual = await outcome;
      if (actual === expected || (mayFail && actual instanceof Error)) continue;
      throw new Error(`client ${slot}: ${what} ended with '${String(actual)}'`);
    }
  }

  /**
   * Waits until everything that was sent has arrived, and compares it. Returns the number of
   * messages that the open connections have received.
   */
  async settle(model: Model): Promise<number> {
    await this.settleResults();
    // A last message of each client follows all others that its server has sent.
    for (const { slot } of model.open) {
      const text = this.nextText();
      model.send(slot, { to: 'all' }, text);
      await this.client(slot).invoke('sendAll', text);
    }
    let received = 0;
    for (const { slot, expectations } of model.open) {
      const client = this.client(slot);
      try {
        await client.untilReceived((texts) => expectations.missing(texts));
      } catch (error) {
        throw new Error(`client ${slot} ${(error as Error).message}`, { cause: error });
      }
      received += client.received.length;
    }
    this.compare(model);
    model.settle();
    return received;
  }

  /** Waits until a client with stateful reconnect has a new socket after the last one broke. */
  async untilResumed(connection: ModelConnection): Promise<void> {
    if (!connection.isResuming) return;
    await this.client(connection.slot).invoke('echo', 'resumed');
    connection.isResuming = false;
  }

  /** Compares what the open connections have received, apart from what is still on its way. */
  compare(model: Model): void {
    for (const { slot, expectations } of model.open) {
      const fault = expectations.findFault(this.client(slot).received);
      if (fault !== undefined) throw new Error(`client ${slot} ${fault}`);
    }
  }

  /** Compares what a connection that has ended had received, and removes it from the model. */
  endConnection(model: Model, slot: number): void {
    const { expectations } = model.at(slot);
    model.disconnect(slot);
    this.allowFailures(slot);
    const received = this.client(slot).receivedBefore;
    const fault = expectations.findFault(received);
    if (fault !== undefined) throw new Error(`client ${slot} ${fault} before it disconnected`);
    const missing = expectations.missing(received);
    if (missing.length > 0)
      throw new Error(`client ${slot} disconnected without '${missing.join("', '")}'`);
  }

  /** Records that the connection of a client is lost. Waits for its next one, if it has one. */
  async replaceConnection(model: Model, slot: number, lost: number): Promise<void> {
    const { kind } = model.at(slot);
    const client = this.client(slot);
    await client.untilReplaced(lost, kind.reconnects);
    this.endConnection(model, slot);
    if (kind.reconnects) model.connect(slot, kind, await client.invoke('server'));
    else await client.close();
  }

  /** Closes all clients. A run that has failed may have clients that do not stop. */
  async close(): Promise<void> {
    await Promise.allSettled(this.clients.map(async (client) => client?.close()));
  }
}
