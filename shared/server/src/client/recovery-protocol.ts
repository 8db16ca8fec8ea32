import {
  type CompletionMessage,
  type HubMessage,
  type IHubProtocol,
  type ILogger,
  type InvocationMessage,
  MessageType,
} from '@microsoft/signalr';
import {
  comparePositions,
  POSITION_METHOD,
  REACHED_METHOD,
  RECOVER_METHOD,
  type RecoveryReply,
  RESYNC_METHOD,
} from './recovery-messages.ts';

/** The maximum number of messages that wait until the missed ones have arrived. */
const MAX_HELD = 50_000;

/** The types of messages that have a sequence number. */
const countedTypes: ReadonlySet<MessageType> = new Set([
  MessageType.Invocation,
  MessageType.StreamItem,
  MessageType.Completion,
  MessageType.StreamInvocation,
  MessageType.CancelInvocation,
]);

interface PositionMark {
  readonly position: string;
  readonly isReplay: boolean;
}

interface HeldMessage {
  readonly message: InvocationMessage;
  readonly mark: PositionMark | undefined;
}

/** The result of a recovery, as the protocol sees it. */
export interface RecoveryOutcome extends RecoveryReply {
  /** The number of missed messages that the server replayed. */
  readonly replayed: number;
}

/**
 * A hub protocol that remembers the position of the last message, and that holds the messages of a
 * new connection until the missed ones have arrived, so that handlers run in the right order.
 */
export class RecoveryProtocol implements IHubProtocol {
  readonly name: string;
  readonly version: number;
  readonly transferFormat: IHubProtocol['transferFormat'];
  /** The secret of the session, which the server assigned. */
  session: string | undefined;
  /** The position of the last message that the handlers received. */
  position: string | undefined;
  /** The outcome of the last recovery. */
  outcome: RecoveryOutcome | undefined;
  readonly #inner: IHubProtocol;
  #held: HeldMessage[] | undefined;
  #hasOverflowed = false;
  /** The marks of messages, by sequence number. */
  #marks = new Map<number, PositionMark>();
  /** The sequence number of the current message. A stateful reconnect repeats messages. */
  #sequenceId = 0;
  /** The highest sequence number that this connection has received. */
  #newestSequenceId = 0;
  #recoveryId: string | undefined;
  /** The positions of replayed messages that may arrive again, because they were on their way. */
  readonly #replayed = new Set<string>();

  constructor(inner: IHubProtocol) {
    this.#inner = inner;
    this.name = inner.name;
    this.version = inner.version;
    this.transferFormat = inner.transferFormat;
  }

  /**
   * Holds messages until the next recovery is complete. Drops the held messages of the previous
   * connection.
   */
  hold(): void {
    this.#startHolding([]);
    this.#marks.clear();
    this.#sequenceId = 0;
    this.#newestSequenceId = 0;
  }

  #startHolding(held: HeldMessage[]): void {
    this.#held = held;
    this.#hasOverflowed = false;
    this.#recoveryId = undefined;
    this.outcome = undefined;
  }

  writeMessage(message: HubMessage): string | ArrayBuffer {
    if (message.type === MessageType.Invocation && message.target === RECOVER_METHOD)
      this.#recoveryId = message.invocationId;
    return this.#inner.writeMessage(message);
  }

  parseMessages(input: string | ArrayBuffer, logger: ILogger): HubMessage[] {
    const ready: HubMessage[] = [];
    for (const message of this.#inner.parseMessages(input, logger)) {
      this.#count(message);
      if (this.#isRepeated(message)) {
        // The client drops as many repeated messages as it has counted. It counts those that wait
        // here later.
        const counted = this.#newestSequenceId - (this.#held?.length ?? 0);
        if (this.#sequenceId <= counted) ready.push(message);
        continue;
      }
      this.#newestSequenceId = Math.max(this.#newestSequenceId, this.#sequenceId);
      if (message.type === MessageType.Invocation) this.#receive(message, ready);
      else {
        const isReply =
          message.type === MessageType.Completion && message.invocationId === this.#recoveryId;
        if (isReply) this.#finish(message, ready);
        ready.push(message);
      }
    }
    return ready;
  }

  /**
   * Updates the sequence number for a message, as the official client does. Source: `MessageBuffer`
   * of the official client.
   */
  #count(message: HubMessage): void {
    if (message.type === MessageType.Sequence) this.#sequenceId = message.sequenceId - 1;
    else if (countedTypes.has(message.type)) this.#sequenceId++;
  }

  #isRepeated({ type }: HubMessage): boolean {
    return countedTypes.has(type) && this.#sequenceId <= this.#newestSequenceId;
  }

  #receive(message: InvocationMessage, ready: HubMessage[]): void {
    if (message.target === POSITION_METHOD) {
      const [positions, isReplay] = message.arguments;
      this.#marks.clear();
      for (const [i, position] of String(positions).split(' ').entries())
        this.#marks.set(this.#sequenceId + 1 + i, { position, isReplay: isReplay === true });
      // The client counts all messages for a stateful reconnect, so none is removed.
      ready.push(message);
      return;
    }
    if (message.target === REACHED_METHOD) {
      // Until the recovery is complete, the missed messages have not been received.
      if (this.#held === undefined) this.#reach(String(message.arguments[0]));
      ready.push(message);
      return;
    }
    if (message.target === RESYNC_METHOD) {
      this.#restart(ready);
      ready.push(message);
      return;
    }
    // The server may wait for the result of a client before it replays.
    if (message.invocationId !== undefined && message.invocationId !== null) {
      ready.push(message);
      return;
    }
    const mark = this.#marks.get(this.#sequenceId);
    if (this.#held === undefined) ready.push(this.#release({ message, mark }));
    else this.#hold({ message, mark }, this.#held, ready);
  }

  /** Drops the replayed messages that wait, because the next recovery replays them again. */
  #restart(ready: HubMessage[]): void {
    const waiting = this.#held ?? [];
    for (const { message, mark } of waiting)
      if (mark?.isReplay === true) ready.push(withoutHandlers(message));
    this.#startHolding(waiting.filter(({ mark }) => mark?.isReplay !== true));
  }

  #hold(held: HeldMessage, waiting: HeldMessage[], ready: HubMessage[]): void {
    waiting.push(held);
    if (waiting.length <= MAX_HELD) return;
    this.#hasOverflowed = true;
    this.#held = undefined;
    for (const message of waiting) ready.push(this.#release(message));
  }

  #finish(completion: CompletionMessage, ready: HubMessage[]): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    this.#recoveryId = undefined;
    const reply = readReply(completion, this.#hasOverflowed);
    const replayed = held.filter(({ mark }) => mark?.isReplay === true);
    const live = held.filter(({ mark }) => mark?.isReplay !== true);
    this.session = reply.session ?? this.session;
    this.#replayed.clear();
    for (const { mark } of replayed) this.#replayed.add(mark?.position as string);
    for (const { message } of replayed) ready.push(message);
    // After a gap, the history continues at a new position. Otherwise, positions only increase.
    if (reply.reason === 'gap' || reply.reason === 'session') this.position = undefined;
    this.#advance(reply.position);
    for (const message of live) ready.push(this.#release(message));
    this.outcome = { ...reply, replayed: replayed.length };
  }

  /** Returns a message for the handlers, or one without handlers if it was received before. */
  #release({ message, mark }: HeldMessage): HubMessage {
    if (mark === undefined) return message;
    const { position } = mark;
    if (this.#replayed.has(position)) return withoutHandlers(message);
    this.#reach(position);
    return message;
  }

  /** Moves the position to that of a new message. Positions arrive in ascending order. */
  #reach(position: string): void {
    if (this.#advance(position)) this.#replayed.clear();
  }

  /** Moves the position forward. Returns false if it is not behind the new one. */
  #advance(position: string | undefined): boolean {
    if (position === undefined) return false;
    if (this.position !== undefined && comparePositions(position, this.position) <= 0) return false;
    this.position = position;
    return true;
  }
}

/** Returns a message that the client counts, and that no handler receives. */
const withoutHandlers = (message: InvocationMessage): InvocationMessage => ({
  ...message,
  target: POSITION_METHOD,
  arguments: [],
});

function readReply(completion: CompletionMessage, hasOverflowed: boolean): RecoveryReply {
  const reply = completion.result as Partial<RecoveryReply> | undefined;
  if (completion.error != null || typeof reply?.recovered !== 'boolean')
    return { recovered: false, reason: 'unsupported', groups: [] };
  const { reason, session, position, groups = [] } = reply;
  const known = {
    groups,
    ...(typeof session === 'string' ? { session } : {}),
    ...(typeof position === 'string' ? { position } : {}),
  };
  if (hasOverflowed) return { ...known, recovered: false, reason: 'overflow' };
  return { ...known, recovered: reply.recovered, ...(reason == null ? {} : { reason }) };
}
