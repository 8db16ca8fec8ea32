import {
  Gate,
  JsonHubProtocol,
  type LifetimeConnection,
  type SharedMessage,
} from '@practical-signalr/server/scale-out';

const protocol = new JsonHubProtocol();

/** A connection that keeps what it receives. Its buffer has room unless a test changes that. */
export class KeepingConnection implements LifetimeConnection {
  readonly protocol = protocol;
  /** The first argument of each message. */
  readonly received: unknown[] = [];
  /** The invocation id of the last message that has one. */
  invocationId: string | undefined;
  readonly connectionId: string;
  readonly userIdentifier: string | undefined;
  readonly #arrived = new Gate();
  /** While this is set, senders wait for it. */
  room: Gate | undefined;

  constructor(connectionId: string, userIdentifier?: string) {
    this.connectionId = connectionId;
    this.userIdentifier = userIdentifier;
  }

  write(message: SharedMessage): Promise<void> | undefined {
    const { payload } = message.encoded(protocol) as { payload: string };
    const { arguments: args, invocationId } = JSON.parse(payload.slice(0, -1)) as {
      arguments: unknown[];
      invocationId?: string;
    };
    this.received.push(args[0]);
    this.invocationId = invocationId ?? this.invocationId;
    this.#arrived.open();
    return this.room?.wait();
  }

  /** Waits until this value has arrived. */
  async until(value: unknown): Promise<void> {
    while (!this.received.includes(value)) await this.#arrived.wait();
  }
}
