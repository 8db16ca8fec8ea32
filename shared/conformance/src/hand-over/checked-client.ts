import { type HubConnection, HubConnectionBuilder, LogLevel } from '@microsoft/signalr';
import { MessagePackHubProtocol } from '@microsoft/signalr-protocol-msgpack';
import { Gate } from '@practical-signalr/server/scale-out';
import { MessageSeries } from './message-series.ts';

/** The kinds of messages that each client receives. */
export const kinds = ['all', 'group', 'user'] as const;
export type Kind = (typeof kinds)[number];

/** An official client that checks what it receives, and calls the hub all the time. */
export class CheckedClient {
  readonly user: string;
  readonly group: string;
  readonly series = {
    all: new MessageSeries(),
    group: new MessageSeries(),
    user: new MessageSeries(),
  };
  /** The number of calls that were answered. */
  calls = 0;
  failedCalls = 0;
  reconnecting = 0;
  readonly #connection: HubConnection;
  readonly #arrived = new Gate();
  #id: string | null = null;

  /** `index` selects the protocol: every other client uses MessagePack. */
  constructor(url: string, index: number) {
    this.user = `user-${index}`;
    this.group = `group-${index % 10}`;
    const builder = new HubConnectionBuilder()
      .withUrl(`${url}?user=${this.user}`)
      .withStatefulReconnect()
      .withAutomaticReconnect([0, 100, 1000])
      .configureLogging(LogLevel.None);
    if (index % 2 === 1) builder.withHubProtocol(new MessagePackHubProtocol());
    this.#connection = builder.build();
    for (const kind of kinds) {
      this.#connection.on(kind, (n: number) => {
        this.series[kind].receive(n);
        this.#arrived.open();
      });
    }
    this.#connection.onreconnecting(() => {
      this.reconnecting++;
    });
  }

  get hasChangedId(): boolean {
    return this.#connection.connectionId !== this.#id;
  }

  async start(): Promise<void> {
    await this.#connection.start();
    this.#id = this.#connection.connectionId;
    await this.#connection.invoke('Join', this.group);
  }

  /** Calls the hub again and again until `isStopped` returns true. */
  async callUntil(isStopped: () => boolean, pause: () => Promise<void>): Promise<void> {
    for (let n = 0; !isStopped(); n++) {
      try {
        if ((await this.#connection.invoke('Call', n)) === n) this.calls++;
        else this.failedCalls++;
      } catch {
        this.failedCalls++;
      }
      await pause();
    }
  }

  /** Waits until each series has this length. */
  async received(lengths: Readonly<Record<Kind, number>>): Promise<void> {
    while (kinds.some((kind) => this.series[kind].length < lengths[kind]))
      await this.#arrived.wait();
  }

  async stop(): Promise<void> {
    await this.#connection.stop();
  }
}
