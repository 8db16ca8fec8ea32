import { compareValues, type Difference } from '../../compare-recordings.ts';
import { hubMessage, type ReadMessage } from './read-message.ts';

interface Group {
  /** The recorded messages, with their positions in the connection. */
  readonly expected: { readonly message: ReadMessage; readonly position: number }[];
  readonly received: ReadMessage[];
  /** The client has canceled the call. What still arrives depends on time. */
  isCanceled: boolean;
}

/** Returns a message as a value that can be compared with one of another run. */
export type Normalize = (message: ReadMessage) => unknown;

/**
 * The messages of the server on one connection: what the recording expects, and what the replay has
 * received. The results and items of each call form a group, and all other messages form one. The
 * order is compared only in a group, because a server may run calls at the same time.
 */
export class MessageGroups {
  readonly #groups = new Map<string, Group>();
  /** The calls that have no result yet in the recording. */
  readonly #pending = new Set<string>();
  #expectedCount = 0;
  #missing = 0;

  /** True if the replay has received as many messages of each group as the recording. */
  get isComplete(): boolean {
    return this.#missing === 0;
  }

  /** Reports that the client starts a call that has a result. */
  call(invocationId: string): void {
    this.#pending.add(invocationId);
  }

  expect(message: ReadMessage): void {
    const { type, invocationId = '' } = message;
    if (type === hubMessage.completion) this.#pending.delete(invocationId);
    const { expected, received, isCanceled } = this.#groupOf(message);
    if (isCanceled) return;
    expected.push({ message, position: this.#expectedCount++ });
    if (received.length < expected.length) this.#missing++;
  }

  receive(message: ReadMessage): void {
    const { expected, received } = this.#groupOf(message);
    received.push(message);
    if (received.length <= expected.length) this.#missing--;
  }

  /** Reports that the client cancels a call. Further messages of it are not compared. */
  cancel(invocationId: string): void {
    this.#pending.delete(invocationId);
    this.#get(callKey(invocationId)).isCanceled = true;
  }

  /**
   * Returns the differences in the order of the recording, and then what was not recorded. If the
   * recording ends during a call, how much more the server sends depends on time.
   */
  compare(at: string, normalizeExpected: Normalize, normalizeReceived: Normalize): Difference[] {
    const found: { position: number; differences: Difference[] }[] = [];
    let further = this.#expectedCount;
    for (const { expected, received, isCanceled } of this.#groups.values()) {
      for (const [i, { message, position }] of expected.entries()) {
        const other = received[i];
        const actual = other === undefined ? undefined : normalizeReceived(other);
        const path = `${at}[${position}]`;
        found.push({
          position,
          differences: compareValues(normalizeExpected(message), actual, path),
        });
      }
      if (isCanceled || this.#pending.size > 0) continue;
      for (const message of received.slice(expected.length)) {
        const position = further++;
        const actual = normalizeReceived(message);
        found.push({
          position,
          differences: [{ at: `${at}[${position}]`, expected: undefined, actual }],
        });
      }
    }
    return found.sort((a, b) => a.position - b.position).flatMap(({ differences }) => differences);
  }

  #groupOf({ type, invocationId }: ReadMessage): Group {
    const isOfCall = type === hubMessage.streamItem || type === hubMessage.completion;
    return this.#get(isOfCall ? callKey(invocationId ?? '') : '');
  }

  #get(key: string): Group {
    let group = this.#groups.get(key);
    if (group === undefined) {
      group = { expected: [], received: [], isCanceled: false };
      this.#groups.set(key, group);
    }
    return group;
  }
}

const callKey = (invocationId: string): string => `call ${invocationId}`;
