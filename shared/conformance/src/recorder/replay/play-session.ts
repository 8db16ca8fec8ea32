import { encode } from '@msgpack/msgpack';
import { compareValues, type Difference } from '../../compare-recordings.ts';
import type { SplitMessage } from '../message-splitter.ts';
import {
  isOpened,
  type MessageEvent,
  type NegotiateEvent,
  type OpenEvent,
  type RecordedEvent,
} from '../recorded-event.ts';
import { TokenRedactor } from '../token-redactor.ts';
import { adaptMessage } from './adapt-message.ts';
import { IdReplacer } from './id-replacer.ts';
import { joinReconnects } from './join-reconnects.ts';
import { frame } from './message-frame.ts';
import { MessageGroups } from './message-groups.ts';
import type { PlayTarget } from './play-target.ts';
import { PlayedConnection } from './played-connection.ts';
import {
  contentOf,
  hubMessage,
  isNumbered,
  readMessage,
  type ReadMessage,
} from './read-message.ts';

/** Options of {@link playSession}. `timeout` is also the wait for a message of the recording. */
export interface PlayOptions extends PlayTarget {
  /** How long to wait at the end for messages that are not in the recording, in ms. */
  readonly settleTime: number;
}

/** A recorded connection, and the same connection in the replay. */
interface Pair {
  readonly number: number;
  readonly played: PlayedConnection;
  readonly messages: MessageGroups;
  /** The ids of the invocations of the server that expect a result, recorded and now. */
  readonly recordedInvocations: string[];
  readonly playedInvocations: string[];
  connectionId: string | undefined;
  /** The client has said that it closes. Whether it still receives an answer depends on time. */
  isLeaving: boolean;
  /** The recording says that the server closes the connection. */
  isClosedInRecording: boolean;
  /** A message is missing, so the replay no longer waits for others of the connection. */
  isBehind: boolean;
  /** The connection could not be opened, which was reported. */
  isFailed: boolean;
  /** The server keeps messages until they are acknowledged. */
  isStateful: boolean;
  /** The number of messages of the server that count for acknowledgments. */
  countedMessages: number;
}

/**
 * Plays a recording against a server. It sends what the clients sent, each time after everything
 * that the recorded clients had received until then, and returns the differences of what the server
 * sent. Pings and acknowledgments are not compared.
 */
export async function playSession(
  events: readonly RecordedEvent[],
  options: PlayOptions,
): Promise<Difference[]> {
  return new Replay(options).run(joinReconnects(events));
}

class Replay {
  readonly #options: PlayOptions;
  readonly #pairs = new Map<number, Pair>();
  readonly #differences: Difference[] = [];
  /** Removes what is not in the recording either. */
  readonly #redactor = new TokenRedactor();
  /** Replaces the recorded connection ids by those of the replay. */
  readonly #newIds = new IdReplacer();
  readonly #recordedNames = new IdReplacer();
  readonly #playedNames = new IdReplacer();
  #onProgress = (): void => undefined;

  constructor(options: PlayOptions) {
    this.#options = options;
    this.#redactor.learnHeaders(options.headers);
    this.#redactor.redactQuery(options.query ?? '');
  }

  async run(events: readonly RecordedEvent[]): Promise<Difference[]> {
    try {
      for (const event of events) await this.#play(event);
      await this.#catchUp();
      await this.#settle();
      for (const pair of this.#pairs.values()) this.#compareClose(pair);
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
      if (isCompared(pair, message)) pair.messages.expect(message);
      noteInvocation(pair.recordedInvocations, message);
      return;
    }
    await this.#catchUp();
    if (event.type === 'negotiate') await this.#negotiate(pair, event);
    else if (event.type === 'open') await this.#open(pair, event);
    else if (event.type === 'message') await this.#send(pair, event);
    else if (event.by === 'client') {
      this.#compareClose(pair);
      await pair.played.close();
    } else await this.#awaitClose(pair);
  }

  async #negotiate(pair: Pair, event: NegotiateEvent): Promise<void> {
    const { status, response } = await pair.played.negotiate(event.path, event.query);
    const redacted = this.#redactor.redactNegotiation(JSON.stringify(response) ?? '');
    const { connectionId } = pair.played;
    pair.connectionId = publicIdOf(event.response);
    const name = `<id of connection ${pair.number}>`;
    if (pair.connectionId !== undefined) this.#recordedNames.set(pair.connectionId, name);
    if (typeof connectionId === 'string') this.#playedNames.set(connectionId, name);
    if (pair.connectionId !== undefined && typeof connectionId === 'string')
      this.#newIds.set(pair.connectionId, connectionId);
    pair.isStateful = isStateful(response);
    this.#compare(pair, 'negotiation.status', event.status, status);
    if (typeof status === 'number')
      this.#compare(pair, 'negotiation', withoutIds(event.response), withoutIds(redacted));
    else pair.isFailed = true;
  }

  async #open(pair: Pair, { transport, path, query, status }: OpenEvent): Promise<void> {
    if (pair.isFailed) return;
    const now = await pair.played.open(transport, path, query);
    this.#compare(pair, 'status of the transport', status, now);
    pair.isFailed = isOpened(transport, status) && !isOpened(transport, now);
  }

  async #send(pair: Pair, event: MessageEvent): Promise<void> {
    const message = contentOf(event);
    const read = readMessage(message);
    if (read.type === hubMessage.ack) return;
    if (read.type === hubMessage.close) pair.isLeaving = true;
    if (read.invocationId !== undefined && isCall(read)) pair.messages.call(read.invocationId);
    if (read.type === hubMessage.cancelInvocation) pair.messages.cancel(read.invocationId ?? '');
    const position = pair.recordedInvocations.indexOf(read.invocationId ?? '');
    const invocationId =
      read.type === hubMessage.completion ? pair.playedInvocations[position] : undefined;
    const { protocol } = (read.content ?? {}) as { protocol?: unknown };
    if (read.type === undefined && typeof protocol === 'string')
      pair.played.isMessagePack = protocol === 'messagepack';
    await pair.played.send(adaptMessage(message, this.#newIds, read.invocationId, invocationId));
  }

  #receive(pair: Pair, message: SplitMessage): void {
    const redacted =
      'text' in message
        ? { text: this.#redactor.redactJson(message.text) }
        : { bytes: this.#redactor.redactBytes(message.bytes) };
    const read = readMessage(redacted);
    if (pair.isStateful && isNumbered(read)) this.#acknowledge(pair);
    noteInvocation(pair.playedInvocations, read);
    if (isCompared(pair, read)) pair.messages.receive(read);
    this.#onProgress();
  }

  /** Acknowledges a message, because the server keeps only a limited amount of them. */
  #acknowledge(pair: Pair): void {
    pair.countedMessages++;
    const { countedMessages: sequenceId, played } = pair;
    const text = `${JSON.stringify({ type: hubMessage.ack, sequenceId })}\u001e`;
    const bytes = (): Buffer => frame(encode([hubMessage.ack, sequenceId]));
    void played.send(played.isMessagePack ? bytes() : text);
  }

  /** Waits until the replay has received as many messages as the recording. */
  async #catchUp(): Promise<void> {
    for (const pair of this.#pairs.values()) {
      if (pair.isFailed || pair.isBehind || pair.messages.isComplete) continue;
      const hasProgress = (): boolean => pair.messages.isComplete || pair.played.isClosedByServer;
      await this.#wait(hasProgress);
      pair.isBehind = !pair.messages.isComplete;
    }
  }

  async #awaitClose(pair: Pair): Promise<void> {
    pair.isClosedInRecording = true;
    if (pair.isFailed) return;
    const isClosed = await this.#wait(() => pair.played.isClosedByServer);
    this.#compare(pair, 'closed by the server', true, isClosed);
  }

  /** Reports a connection that only the server of the replay has closed. */
  #compareClose(pair: Pair): void {
    if (pair.isClosedInRecording || pair.isLeaving) return;
    this.#compare(pair, 'closed by the server', false, pair.played.isClosedByServer);
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
    const known = this.#pairs.get(number);
    if (known !== undefined) return known;
    const played = new PlayedConnection(this.#options, {
      onMessage: (message) => this.#receive(pair, message),
      onClosed: () => this.#onProgress(),
    });
    const pair: Pair = {
      number,
      played,
      messages: new MessageGroups(),
      recordedInvocations: [],
      playedInvocations: [],
      connectionId: undefined,
      isLeaving: false,
      isClosedInRecording: false,
      isBehind: false,
      isFailed: false,
      isStateful: false,
      countedMessages: 0,
    };
    this.#pairs.set(number, pair);
    return pair;
  }

  #compareMessages(pair: Pair): void {
    const { recordedInvocations, playedInvocations, messages } = pair;
    const differences = messages.compare(
      `connection ${pair.number}, messages`,
      (message) => normalize(message, this.#recordedNames, recordedInvocations),
      (message) => normalize(message, this.#playedNames, playedInvocations),
    );
    for (const difference of differences) this.#differences.push(difference);
  }

  #compare(pair: Pair, what: string, expected: unknown, actual: unknown): void {
    this.#differences.push(
      ...compareValues(expected, actual, `connection ${pair.number}, ${what}`),
    );
  }
}

/** Pings and acknowledgments depend on time. A Sequence belongs to a reconnect. */
const uncompared: ReadonlySet<number | undefined> = new Set([
  hubMessage.ping,
  hubMessage.ack,
  hubMessage.sequence,
]);

const isCompared = ({ isLeaving }: Pair, { type }: ReadMessage): boolean =>
  !uncompared.has(type) && !(isLeaving && type === hubMessage.close);

const isCall = ({ type }: ReadMessage): boolean =>
  type === hubMessage.invocation || type === hubMessage.streamInvocation;

/** Notes the id of an invocation for which the server expects a result. */
function noteInvocation(ids: string[], { type, invocationId }: ReadMessage): void {
  if (type === hubMessage.invocation && invocationId !== undefined) ids.push(invocationId);
}

/** A secret in a MessagePack message: the recorder keeps its length, which may differ. */
const overwrittenSecret = /x{20,}/g;

/** Replaces the ids that a server chooses, so that two runs can be compared. */
function normalize(
  { content, type, invocationId }: ReadMessage,
  connectionNames: IdReplacer,
  invocationIds: readonly string[],
): unknown {
  let text = connectionNames.replace(JSON.stringify(content) ?? '');
  if (Array.isArray(content)) text = text.replace(overwrittenSecret, '<redacted>');
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

const isStateful = (response: unknown): boolean =>
  ((response ?? {}) as Readonly<Record<string, unknown>>)['useStatefulReconnect'] === true;

/** Replaces ids and tokens, because a comparison considers only whether they exist. */
function withoutIds(response: unknown): unknown {
  if (typeof response !== 'object' || response === null) return response;
  const secret = new Set(['connectionId', 'connectionToken', 'accessToken', 'url']);
  return Object.fromEntries(
    Object.entries(response).map(([key, value]) => [key, secret.has(key) ? '<any>' : value]),
  );
}
