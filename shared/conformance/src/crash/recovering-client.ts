import { HubConnectionBuilder, LogLevel } from '@microsoft/signalr';
import { MessagePackHubProtocol } from '@microsoft/signalr-protocol-msgpack';
import {
  type RecoveringHubConnection,
  type RecoveryResult,
  withRecovery,
} from '@practical-signalr/server/client';
import { Gate } from '@practical-signalr/server/scale-out';
import { type Kind, kinds } from '../hand-over/checked-client.ts';
import { MessageSeries } from '../hand-over/message-series.ts';

/** An official client that recovers, and that checks what it receives. */
export class RecoveringClient {
  readonly user: string;
  readonly group: string;
  readonly series = {
    all: new MessageSeries(),
    group: new MessageSeries(),
    user: new MessageSeries(),
  };
  readonly results: RecoveryResult[] = [];
  /** The number of connections that the client has lost. */
  losses = 0;
  readonly #connection: RecoveringHubConnection;
  readonly #changed = new Gate();
  readonly #lost = new Gate();

  /**
   * `index` selects the protocol and the kind of reconnect: every other client uses MessagePack,
   * and half of each kind use stateful reconnect.
   */
  constructor(url: string, index: number) {
    this.user = `user-${index}`;
    this.group = `group-${index % 10}`;
    const builder = new HubConnectionBuilder()
      .withUrl(`${url}?user=${this.user}`)
      .withAutomaticReconnect({ nextRetryDelayInMilliseconds: () => 200 })
      .configureLogging(LogLevel.None);
    if (index % 2 === 1) builder.withHubProtocol(new MessagePackHubProtocol());
    if (index % 4 >= 2) builder.withStatefulReconnect();
    this.#connection = withRecovery(builder).build();
    for (const kind of kinds) {
      this.#connection.on(kind, (n: number) => {
        this.series[kind].receive(n);
        this.#changed.open();
      });
    }
    this.#connection.onreconnecting(() => {
      this.losses++;
      this.#lost.open();
      this.#changed.open();
    });
    this.#connection.onrecovered((result) => {
      this.results.push(result);
      this.#changed.open();
    });
  }

  /** Whether the client was notified that it may have missed messages. */
  get isNotified(): boolean {
    return this.results.some(({ recovered }) => !recovered);
  }

  async start(): Promise<void> {
    await this.#connection.start();
    await this.#connection.invoke('Join', this.group);
  }

  /**
   * Waits until each lost connection has been reported as recovered or not, and each series has
   * this length.
   */
  async waitUntilSettled(lengths: Readonly<Record<Kind, number>>): Promise<void> {
    while (this.results.length < this.losses || this.#isBehind(lengths)) await this.#changed.wait();
  }

  /** Waits until the client has lost a connection. */
  async waitForLoss(): Promise<void> {
    while (this.losses === 0) await this.#lost.wait();
  }

  #isBehind(lengths: Readonly<Record<Kind, number>>): boolean {
    return kinds.some((kind) => this.series[kind].length < lengths[kind]);
  }

  async stop(): Promise<void> {
    await this.#connection.stop();
  }
}
