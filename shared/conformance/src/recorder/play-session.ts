import { compareValues, type Difference } from '../compare-recordings.ts';
import { adaptMessage } from './adapt-message.ts';
import type { SplitMessage } from './message-splitter.ts';
import { PlayedConnection, type PlayTarget } from './played-connection.ts';
import { hubMessage, readMessage, type ReadMessage } from './read-message.ts';
import type { MessageEvent, NegotiateEvent, RecordedEvent } from './recorded-event.ts';

/** Options of {@link playSession}. */
export interface PlayOptions extends PlayTarget {
  /** How long to wait for a message of the recording, in ms. */
  readonly timeout: number;
  /** How long to wait at the end for messages that are not in the recording, in ms. */
  readonly settleTime: number;
}

/** A recorded connection, and the same connection in the replay. */
interface Pair {
  readonly number: number;
  readonly played: PlayedConnection;
  /** What the server sent in the recording, up to the current event. */
  readonly expected: ReadMessage[];
  readonly invocationIds: string[];
  connectionId: string | undefined;
  /** The client has said that it closes. Whether it still receives an answer depends on time. */
  isLeaving: boolean;
}

/**
 * Plays a recording against a server. It sends what the clients sent, each time after everything
 * that the recorded clients had received until then, and returns the differences of what the server
 * sent. Pings, and what belongs to stateful reconnect, are not compared.
 */
export async function playSession(
  events: readonly RecordedEvent[],
  options: PlayOptions,
): Promise<Difference[]> {
  return new Replay(options).run(events);
}

class Replay {
  readonly #options: PlayOptions;
  readonly #pairs = new Map<number, Pair>();
  readonly #differences: Difference[] = [];
  #onProgress = (): void => undefined;
  /** After one message is missing, the replay waits no longer for others of the connection. */
  readonly #behind = new Set<number>();

  constructor(options: PlayOptions) {
    this.#options = options;
  }

  async run(events: readonly RecordedEvent[]): Promise<Difference[]> {
    try {
      for (const event of events) await this.#play(event);
      await this.#catchUp();
      await this.#settle();
    } finally {
      await Promise.all([...this.#pairs.values()].map(({ played }) => played.close()));
    }
    for (const pair of this.#pairs.values()) this.#compareMessages(pair);
    return this.#differences;
  }

  async #play(event: RecordedEvent): Promise<void> {
    const pair = this.#pairOf(event.connection);
    if (event.type === 'message' && event.from === 'server') {
      const message = readMessage(contentOf(event));
      if (isCompared(message) && !isAnswerToClose(pair, message)) pair.expected.push(message);
      noteInvocation(pair.invocationIds, message);
      return;
    }
    await this.#catchUp();
    if (event.type === 'negotiate') await this.#negotiate(pair, event);
    else if (event.type === 'open') {
      const status = await pair.played.open(event.transport, event.path, event.query);
      this.#compare(pair, 'status of the transport', event.status, status);
    } else if (event.type === 'message') await this.#send(pair, event);
    else if (event.by === 'client') await pair.played.close();
    else await this.#awaitClose(pair);
  }

  async #negotiate(pair: Pair, event: NegotiateEvent): Promise<void> {
    pair.connectionId = publicIdOf(event.response);
    const { status, response } = await pair.played.negotiate(event.path, event.query);
    this.#compare(pair, 'negotiation.status', event.status, status);
    this.#compare(pair, 'negotiation', withoutIds(event.response), withoutIds(response));
  }

  async #send(pair: Pair, event: MessageEvent): Promise<void> {
    const message = contentOf(event);
    const read = readMessage(message);
    if (!isCompared(read)) return;
    if (read.type === hubMessage.close) pair.isLeaving = true;
    const ids = new Map<string, string>();
    for (const { connectionId, played } of this.#pairs.values()) {
      if (connectionId !== undefined && played.connectionId !== undefined)
        ids.set(connectionId, played.connectionId);
    }
    const position = pair.invocationIds.indexOf(read.invocationId ?? '');
    const invocationId =
      read.type === hubMessage.completion ? this.#playedInvocations(pair)[position] : undefined;
    const payload = adaptMessage(message, ids, read.invocationId, invocationId);
    const { protocol } = (read.content ?? {}) as { protocol?: unknown };
    const isHandshake = read.type === undefined && typeof protocol === 'string';
    await pair.played.send(payload, isHandshake ? protocol : undefined);
  }

  /** Waits until the replay has received as many messages as the recording. */
  async #catchUp(): Promise<void> {
    for (const pair of this.#pairs.values()) {
      if (this.#behind.has(pair.number)) continue;
      const isThere = (): boolean => this.#played(pair).length >= pair.expected.length;
      if (!(await this.#wait(isThere))) this.#behind.add(pair.number);
    }
  }

  async #awaitClose(pair: Pair): Promise<void> {
    const isClosed = await this.#wait(() => pair.played.isClosedByServer);
    this.#compare(pair, 'closed by the server', true, isClosed);
  }

  /** Returns false if the condition does not hold in time. */
  async #wait(condition: () => boolean): Promise<boolean> {
    if (condition()) return true;
    return new Promise((resolve) => {
      const finish = (isMet: boolean): void => {
        clearTimeout(timer);
        this.#onProgress = () => undefined;
        resolve(isMet);
      };
      const timer = setTimeout(() => finish(false), this.#options.timeout);
      this.#onProgress = () => {
        if (condition()) finish(true);
      };
    });
  }

  #settle(): Promise<void> {
    return new Promise((resolve) => {
      setTimeout(resolve, this.#options.settleTime);
    });
  }

  #pairOf(number: number): Pair {
    let pair = this.#pairs.get(number);
    if (pair === undefined) {
      const played = new PlayedConnection(this.#options, () => this.#onProgress());
      pair = {
        number,
        played,
        expected: [],
        invocationIds: [],
        connectionId: undefined,
        isLeaving: false,
      };
      this.#pairs.set(number, pair);
    }
    return pair;
  }

  #played({ played }: Pair): ReadMessage[] {
    return played.messages.map((message) => readMessage(message)).filter(isCompared);
  }

  #playedInvocations(pair: Pair): string[] {
    const ids: string[] = [];
    for (const message of this.#played(pair)) noteInvocation(ids, message);
    return ids;
  }

  #compareMessages(pair: Pair): void {
    const recorded = [...this.#pairs.values()].map(
      ({ number, connectionId }) => [connectionId, `<id of connection ${number}>`] as const,
    );
    const played = [...this.#pairs.values()].map(
      ({ number, played: { connectionId } }) =>
        [connectionId, `<id of connection ${number}>`] as const,
    );
    const expected = pair.expected.map((message) =>
      normalize(message, recorded, pair.invocationIds),
    );
    const invocationIds = this.#playedInvocations(pair);
    const messages = this.#played(pair).filter((message) => !isAnswerToClose(pair, message));
    const actual = messages.map((message) => normalize(message, played, invocationIds));
    this.#compare(pair, 'messages', expected, actual);
  }

  #compare(pair: Pair, what: string, expected: unknown, actual: unknown): void {
    this.#differences.push(
      ...compareValues(expected, actual, `connection ${pair.number}, ${what}`),
    );
  }
}

const contentOf = ({ text, bytes }: MessageEvent): SplitMessage =>
  text === undefined ? { bytes: Buffer.from(bytes ?? '', 'base64') } : { text };

/** Pings and acknowledgments depend on time. A Sequence belongs to a reconnect. */
const isCompared = ({ type }: ReadMessage): boolean =>
  type !== hubMessage.ping && type !== hubMessage.ack && type !== hubMessage.sequence;

const isAnswerToClose = ({ isLeaving }: Pair, { type }: ReadMessage): boolean =>
  isLeaving && type === hubMessage.close;

/** Notes the id of an invocation for which the server expects a result. */
function noteInvocation(ids: string[], { type, invocationId }: ReadMessage): void {
  if (type === hubMessage.invocation && invocationId !== undefined) ids.push(invocationId);
}

/** Replaces the ids that a server chooses, so that two runs can be compared. */
function normalize(
  { content, type, invocationId }: ReadMessage,
  connectionIds: readonly (readonly [id: string | undefined, name: string])[],
  invocationIds: readonly string[],
): unknown {
  let text = JSON.stringify(content) ?? '';
  for (const [id, name] of connectionIds) if (id !== undefined) text = text.replaceAll(id, name);
  if (type === hubMessage.invocation && invocationId !== undefined) {
    const name = `<invocation ${invocationIds.indexOf(invocationId) + 1} of the server>`;
    text = text.replaceAll(JSON.stringify(invocationId), JSON.stringify(name));
  }
  return JSON.parse(text);
}

function publicIdOf(response: unknown): string | undefined {
  const { connectionId } = (response ?? {}) as Readonly<Record<string, unknown>>;
  return typeof connectionId === 'string' &&
    connectionId.length > 8 &&
    connectionId !== '<redacted>'
    ? connectionId
    : undefined;
}

/** Replaces ids and tokens, because a comparison considers only whether they exist. */
function withoutIds(response: unknown): unknown {
  if (typeof response !== 'object' || response === null) return response;
  const secret = new Set(['connectionId', 'connectionToken', 'accessToken', 'url']);
  return Object.fromEntries(
    Object.entries(response).map(([key, value]) => [key, secret.has(key) ? '<any>' : value]),
  );
}
