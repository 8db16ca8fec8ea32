import { type HubProtocol, MessageType } from '@practical-signalr/protocol';
import { identityOf } from '../../authentication/claims.ts';
import type { ConnectionContext } from '../../connections/connection-context.ts';
import type { RecordSeal } from '../../connections/tokens/record-seal.ts';
import { errors } from '../../errors.ts';
import { logMessages } from '../../log-messages.ts';
import type { HandOver, StoredRecord } from '../../scale-out/hand-over.ts';
import type { LifetimeConnection } from '../../scale-out/lifetime-connection.ts';
import type { TransportName } from '../../transport-name.ts';
import { wireMessages } from '../../wire-messages.ts';
import type { CallingConnection } from '../calling-connection.ts';
import type { CallQueue } from '../connection/call-queue.ts';
import type { HubMembership } from '../connection/hub-membership.ts';
import type { KeepAlive } from '../connection/keep-alive.ts';
import type { MessageBuffer } from '../connection/message-buffer.ts';
import type { OutgoingMessages } from '../connection/outgoing-messages.ts';
import type { StatefulTransport } from '../connection/stateful-transport.ts';
import type { HubDispatcher } from '../dispatch/hub-dispatcher.ts';
import { ConnectionDrain } from './connection-drain.ts';
import { newMoveId, writeSnapshot, writeTail } from './connection-snapshot.ts';
import type { MoveLimit } from './move-limit.ts';

/** The maximum length of a record, and of the messages that follow it, in characters. */
export const MAXIMUM_RECORD = 1024 * 1024;

/** How the connections of one hub are handed over. */
export interface HandOverSettings {
  readonly handOver: HandOver;
  readonly seal: RecordSeal;
  /** How long running calls, streams, uploads and client results may continue, in ms. */
  readonly drainTimeout: number;
  /** Limits how many connections move at the same time. */
  readonly moves: MoveLimit;
  /** How long other servers may claim a connection, in ms. */
  readonly claimTimeout: number;
}

/** The hub connection that departs. */
export interface DepartingHubConnection extends CallingConnection, LifetimeConnection {
  readonly protocol: HubProtocol | undefined;
  readonly isClosing: boolean;
  abort(): void;
  /** Closes the connection with a Close message that allows the client to reconnect. */
  shutdown(): void;
  /** Ends the connection without a message to the client. */
  endDeparture(isMoved: boolean): void;
}

/** The parts of a hub connection that its departure uses. */
export interface DepartureParts {
  readonly connection: DepartingHubConnection;
  readonly context: ConnectionContext;
  readonly dispatcher: HubDispatcher;
  readonly stateful: StatefulTransport;
  readonly calls: CallQueue;
  readonly outgoing: OutgoingMessages;
  readonly membership: HubMembership;
  readonly keepAlive: KeepAlive;
}

/** Hands one connection over to another server. */
export class Departure {
  readonly #parts: DepartureParts;
  readonly #settings: HandOverSettings;
  readonly #moveId = newMoveId();
  #drain: ConnectionDrain | undefined;
  /** The number of messages in the record. */
  #recordedCount = 0;

  constructor(parts: DepartureParts, settings: HandOverSettings) {
    this.#parts = parts;
    this.#settings = settings;
  }

  /**
   * Lets running calls finish, records the connection and drops its socket. Resolves with the
   * record, or with undefined if the connection cannot move and closes instead. Never rejects.
   */
  async run(): Promise<StoredRecord | undefined> {
    const { stateful, calls, connection } = this.#parts;
    const { handOver, drainTimeout } = this.#settings;
    stateful.deferCalls();
    const { streams, connectionId } = connection;
    const hasPendingResults = (): boolean => handOver.hasPendingResults(connectionId);
    const stored = await new Promise<StoredRecord | undefined>((resolve) => {
      // The record is created in the turn in which the connection is idle.
      const onEnd = (isIdle: boolean): void => resolve(this.#record(isIdle));
      this.#drain = new ConnectionDrain({ calls, streams, hasPendingResults }, drainTimeout, onEnd);
      this.#drain.check();
    });
    if (stored === undefined) return undefined;
    void stored.isMoved.then((isMoved) => connection.endDeparture(isMoved));
    return stored;
  }

  /** Called when the client has returned a result. */
  onClientResult(): void {
    this.#drain?.check();
  }

  /** Called when the connection has closed. */
  onClosed(): void {
    this.#drain?.stop();
  }

  async #record(isIdle: boolean): Promise<StoredRecord | undefined> {
    const { connection, dispatcher, stateful, outgoing, membership } = this.#parts;
    const { logger } = dispatcher.options;
    if (connection.isClosing) return undefined;
    const { protocol, connectionId } = connection;
    if (!membership.hasJoined || membership.isJoining || protocol === undefined) {
      connection.shutdown();
      return undefined;
    }
    if (!isIdle) this.#failUnfinished();
    stateful.beginMove();
    outgoing.isMoving = true;
    try {
      return await this.#settings.moves.run(() => this.#move(protocol));
    } catch (error) {
      logger.warn(logMessages.notHandedOver(connectionId), error);
      outgoing.isMoving = false;
      connection.shutdown();
      return undefined;
    }
  }

  /** Records the connection and drops its socket. */
  async #move(protocol: HubProtocol): Promise<StoredRecord | undefined> {
    const stored = await this.#store(protocol);
    if (stored !== undefined) this.#parts.stateful.dropSocket();
    return stored;
  }

  async #store(protocol: HubProtocol): Promise<StoredRecord | undefined> {
    const { connection } = this.#parts;
    if (connection.isClosing) return undefined;
    return this.#settings.handOver.record({
      connection,
      lifetime: this.#settings.claimTimeout,
      createRecord: (groups) => this.#createRecord(protocol, groups),
      createTail: () => this.#createTail(protocol),
    });
  }

  #createRecord(protocol: HubProtocol, groups: readonly string[]): string {
    const { connection, context, dispatcher, keepAlive } = this.#parts;
    const { connectionId, userIdentifier } = connection;
    const messages = this.#buffer.state();
    this.#recordedCount = messages.messages.length;
    const snapshot = {
      moveId: this.#moveId,
      hubName: dispatcher.hubName,
      connectionId,
      user: identityOf(context.ticket?.user),
      userIdentifier,
      params: context.request?.params ?? {},
      transport: context.transport?.name as TransportName,
      protocol: protocol.name,
      hasSentPings: keepAlive.clientPings,
      groups,
      messages,
    };
    return this.#seal(writeSnapshot(snapshot, protocol), recordPurpose(connectionId));
  }

  #createTail(protocol: HubProtocol): string | undefined {
    const { connection, dispatcher } = this.#parts;
    const { connectionId } = connection;
    if (connection.isClosing) return undefined;
    try {
      const tail = writeTail(this.#buffer.messagesFrom(this.#recordedCount), protocol);
      return this.#seal(tail, tailPurpose(connectionId, this.#moveId));
    } catch (error) {
      dispatcher.options.logger.warn(logMessages.notHandedOver(connectionId), error);
      return undefined;
    }
  }

  get #buffer(): MessageBuffer {
    return this.#parts.stateful.buffer as MessageBuffer;
  }

  /** Answers everything that cannot continue on another server with an error. */
  #failUnfinished(): void {
    const { connection, calls } = this.#parts;
    const { connectionId, streams } = connection;
    this.#settings.handOver.failPendingResults(connectionId);
    const ids = new Set(streams.unansweredIds);
    for (const { invocationId } of calls.unfinished)
      if (invocationId !== undefined) ids.add(invocationId);
    calls.clear();
    for (const invocationId of ids) {
      connection.send({
        type: MessageType.Completion,
        invocationId,
        hasResult: false,
        error: wireMessages.callNotMoved,
      });
    }
    streams.abort(connectionId);
  }

  #seal(text: string, purpose: string): string {
    if (text.length > MAXIMUM_RECORD) throw errors.recordTooLarge(text.length, MAXIMUM_RECORD);
    return this.#settings.seal.seal(text, purpose);
  }
}

/** Returns the purpose for which the record of a connection is sealed. */
export const recordPurpose = (connectionId: string): string => `record ${connectionId}`;

/** Returns the purpose for which the messages after a record are sealed. */
export const tailPurpose = (connectionId: string, moveId: string): string =>
  `tail ${connectionId} ${moveId}`;
