import { type Receivers, SharedMessage } from '@practical-signalr/server/scale-out';

/** A message that arrived from Redis. */
export interface ArrivedMessage {
  readonly channel: string;
  /** Undefined if the message is not in the history. */
  readonly position: string | undefined;
  readonly bytes: number;
  /** The encoded message, by protocol name. */
  readonly messages: ReadonlyMap<string, Uint8Array>;
  readonly receivers: () => Receivers | undefined;
  readonly excludedConnectionIds: readonly string[];
}

/** Messages that are delivered together, because they have the same receivers. */
export interface DeliverableBatch {
  readonly bytes: number;
  /** The positions of all messages, or none if the messages are not in the history. */
  readonly positions: readonly string[];
  readonly messages: readonly SharedMessage[];
  readonly receivers: () => Receivers | undefined;
  readonly excludedConnectionIds: readonly string[];
}

const MAX_MESSAGES = 100;
/**
 * The maximum size of a batch, in bytes. With larger batches, a client that reads slowly would hold
 * more memory.
 */
const MAX_BYTES = 16 * 1024;

/**
 * Collects the messages that arrive from Redis in one chunk, so that each receiver gets them and
 * their positions in one write. Passes them on in the order of their arrival.
 */
export class ArrivedBatch {
  readonly #deliver: (batch: DeliverableBatch) => void;
  #arrived: ArrivedMessage[] = [];
  #bytes = 0;
  #isScheduled = false;

  constructor(deliver: (batch: DeliverableBatch) => void) {
    this.#deliver = deliver;
  }

  add(arrived: ArrivedMessage): void {
    const first = this.#arrived[0];
    if (first !== undefined && !haveSameReceivers(first, arrived)) this.flush();
    this.#arrived.push(arrived);
    this.#bytes += arrived.bytes;
    if (this.#arrived.length >= MAX_MESSAGES || this.#bytes >= MAX_BYTES) this.flush();
    else if (!this.#isScheduled) {
      this.#isScheduled = true;
      // Runs when all messages of the chunk have arrived.
      process.nextTick(() => {
        this.#isScheduled = false;
        this.flush();
      });
    }
  }

  /** Passes on what has arrived. Call it before the receivers change. */
  flush(): void {
    const arrived = this.#arrived;
    const [first] = arrived;
    if (first === undefined) return;
    const bytes = this.#bytes;
    this.#arrived = [];
    this.#bytes = 0;
    const { receivers, excludedConnectionIds } = first;
    this.#deliver({
      bytes,
      positions: arrived.flatMap(({ position }) => position ?? []),
      messages: arrived.map(({ messages }) => SharedMessage.fromEncoded(messages)),
      receivers,
      excludedConnectionIds,
    });
  }
}

const haveSameReceivers = (left: ArrivedMessage, right: ArrivedMessage): boolean =>
  left.channel === right.channel &&
  left.excludedConnectionIds.length === 0 &&
  right.excludedConnectionIds.length === 0 &&
  (left.position === undefined) === (right.position === undefined) &&
  haveSameProtocols(left.messages, right.messages);

/**
 * Returns whether two messages are encoded for the same protocols. If they differ, they must not be
 * joined: a client would not receive a message for its protocol.
 */
function haveSameProtocols(
  left: ReadonlyMap<string, unknown>,
  right: ReadonlyMap<string, unknown>,
): boolean {
  if (left.size !== right.size) return false;
  for (const protocol of left.keys()) if (!right.has(protocol)) return false;
  return true;
}
