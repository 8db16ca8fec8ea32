import {
  type CloseMessage,
  type HubMessage,
  type HubProtocol,
  type MessageReader,
  MessageType,
  writeHandshakeResponse,
} from '@practical-signalr/protocol';
import type { ConnectionContext } from '../../connections/connection-context.ts';
import type { ConnectionRequest } from '../../connections/connection-request.ts';
import type { RunningClock } from '../../connections/running-clock.ts';
import type { Transport, TransportEvents } from '../../connections/transport.ts';
import { errors } from '../../errors.ts';
import type { SharedLimits } from '../../limits/shared-limits.ts';
import { logMessages } from '../../log-messages.ts';
import { wireMessages } from '../../wire-messages.ts';
import type { StoredRecord } from '../../scale-out/hand-over.ts';
import type { LifetimeConnection } from '../../scale-out/lifetime-connection.ts';
import type { SharedMessage } from '../../scale-out/shared-message.ts';
import type { TransportName } from '../../transport-name.ts';
import type { CallingConnection, Invocation } from '../calling-connection.ts';
import type { HubDispatcher } from '../dispatch/hub-dispatcher.ts';
import { Departure, type HandOverSettings } from '../hand-over/departure.ts';
import { ShutdownDeadline } from '../hand-over/shutdown-deadline.ts';
import { ClientStreams } from '../streams/client-streams.ts';
import type { CallQueue } from './call-queue.ts';
import { CallerContext } from './caller-context.ts';
import { ConnectionReport } from './diagnostics.ts';
import { HubHandshake, writeAcceptance } from './hub-handshake.ts';
import { HubMembership } from './hub-membership.ts';
import { IncomingRate } from './incoming-rate.ts';
import { IncomingMessages } from './incoming-messages.ts';
import { KeepAlive } from './keep-alive.ts';
import { OutgoingMessages } from './outgoing-messages.ts';
import { type Chunk, type ChunkReader, IncomingChunks } from '../reading/incoming-chunks.ts';
import type { MessageBufferState } from './message-buffer.ts';
import { wantsRecovery } from '../dispatch/recovery-call.ts';
import { type StatefulConnection, StatefulTransport } from './stateful-transport.ts';
import { getUserIdentifier } from './user-identifier.ts';

/**
 * One client's connection to a hub, from the handshake to the disconnected hook.
 * Source: `HubConnectionHandler<THub>` and `HubConnectionContext` of ASP.NET Core.
 */
export class HubConnection
  implements LifetimeConnection, StatefulConnection, CallingConnection, ChunkReader
{
  readonly connectionId: string;
  readonly userIdentifier: string | undefined;
  readonly recovers: boolean;
  readonly callerContext: CallerContext;
  readonly streams: ClientStreams;
  readonly calls: CallQueue;
  readonly lifetime: HubDispatcher['lifetime'];
  readonly clientResults: HubDispatcher['clientResults'];
  readonly #context: ConnectionContext;
  readonly #dispatcher: HubDispatcher;
  readonly #transport: Transport;
  readonly #stateful: StatefulTransport | undefined;
  readonly #onEnded: () => void;
  #handshake: HubHandshake | undefined;
  readonly #membership: HubMembership;
  readonly #chunks: IncomingChunks;
  readonly #rate: IncomingRate | undefined;
  readonly #keepAlive: KeepAlive;
  readonly #incoming: IncomingMessages;
  readonly #outgoing: OutgoingMessages;
  readonly #report: ConnectionReport;
  #shutdownDeadline: ShutdownDeadline | undefined;
  #reader: MessageReader = { read: (chunk) => this.#readHandshake(chunk) };
  #departure: Departure | undefined;
  #isClosing = false;
  #isEnded = false;
  #error: Error | undefined;

  /** `onEnded` is called after the disconnected hook, or when the hook has taken too long. */
  constructor(
    context: ConnectionContext,
    transport: Transport,
    request: ConnectionRequest,
    dispatcher: HubDispatcher,
    clock: RunningClock,
    { limiter, bytesInFlight }: SharedLimits,
    onEnded: () => void,
  ) {
    const { options } = dispatcher;
    this.connectionId = context.connectionId;
    const userIdentifier = getUserIdentifier(context, request, options);
    this.userIdentifier = userIdentifier ?? undefined;
    this.#context = context;
    this.recovers = wantsRecovery(request);
    this.#dispatcher = dispatcher;
    this.#keepAlive = new KeepAlive(clock.now());
    this.#rate = limiter && new IncomingRate(this, limiter, dispatcher);
    this.lifetime = dispatcher.lifetime;
    this.clientResults = dispatcher.clientResults;
    if (context.useStatefulReconnect && transport.abandon !== undefined) {
      this.#stateful = new StatefulTransport(this, context, transport, options, clock);
    }
    this.#transport = this.#stateful ?? transport;
    this.#onEnded = onEnded;
    this.#handshake = new HubHandshake(context, options, userIdentifier !== null, (error) =>
      this.#refuseHandshake(error),
    );
    this.#outgoing = new OutgoingMessages(this, this.#transport, this.#keepAlive, options.logger);
    this.#membership = new HubMembership(this, dispatcher);
    const { isMultiplexed } = transport;
    this.#chunks = new IncomingChunks(this.#transport, isMultiplexed, bytesInFlight, options, this);
    this.streams = new ClientStreams(options, this.#chunks.gate, bytesInFlight);
    this.#incoming = new IncomingMessages(this, dispatcher, this.#keepAlive, this.#chunks, this);
    this.calls = this.#incoming.calls;
    const transportName = transport.name as TransportName;
    this.callerContext = new CallerContext(this, context, transportName, request);
    this.#report = new ConnectionReport(dispatcher, this.connectionId, transportName);
  }

  get protocol(): HubProtocol | undefined {
    return this.#outgoing.protocol;
  }

  /** When the connection was opened, in ms on the clock of `performance.now()`. */
  get openedAt(): number {
    return this.#report.openedAt;
  }

  get isClosing(): boolean {
    return this.#isClosing;
  }

  /** Whether the connected hook has started and the disconnected hook has not. */
  get hasJoined(): boolean {
    return this.#membership.hasJoined;
  }

  /** The receiver of the transport's events. */
  get transportEvents(): TransportEvents {
    return this.#stateful ?? this;
  }

  onReconnected(): void {
    this.#keepAlive.hasReceived = true;
    this.#chunks.drop(); // the client sends it again
    if (this.protocol !== undefined) this.#readMessages(this.protocol);
  }

  onReceive(chunk: string | Uint8Array): void {
    if (this.#isClosing || this.#outgoing.isMoving) return;
    this.#keepAlive.hasReceived = true;
    this.#chunks.receive(chunk);
  }

  readChunk(chunk: Chunk, maximum: number | undefined): Chunk | undefined {
    try {
      const rest = this.#reader.read(chunk, (one, size) => this.#receive(one, size), maximum);
      return this.#isClosing || this.#outgoing.isMoving ? undefined : rest || undefined;
    } catch (error) {
      this.#closeAfterCalls(error as Error);
      return undefined;
    }
  }

  /** Called when the transport has closed. The connection ends, whichever side closed it. */
  onClose(_isLost?: boolean, isTimedOut?: boolean): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#stopMessages();
    this.#departure?.onClosed();
    this.#report.close(this.#error, isTimedOut);
    this.#endCalls();
    // If the connected hook still runs, `#join` leaves after it.
    if (!this.#membership.isJoining) void this.#leave();
  }

  onMoved(): void {
    this.streams.move(this.connectionId, this.calls, () => this.#transport.close());
  }

  write(message: SharedMessage): Promise<void> | undefined {
    return this.#outgoing.write(message);
  }

  send(message: HubMessage): void {
    this.#outgoing.send(message);
  }

  whenRoom(awaitsAcks?: boolean): Promise<void> | undefined {
    return this.#outgoing.whenRoom(awaitsAcks);
  }

  streamItemWriter(invocationId: string): (item: unknown) => void {
    return this.#outgoing.streamItemWriter(invocationId);
  }

  letNextCallRun(invocation: Invocation | undefined): void {
    if (invocation !== undefined) this.calls.letNextRun(invocation);
  }

  /** Closes the connection with a Close message that follows everything sent so far. */
  abort(reason?: string): void {
    const error = reason === undefined ? {} : { error: reason };
    this.#close({ type: MessageType.Close, ...error });
  }

  closeAfterInvalidMessage(error: Error): void {
    this.#dispatcher.options.logger.debug(
      logMessages.invalidMessage(this.connectionId),
      error.message,
    );
    this.closeWithError(error, true);
  }

  /** Closes the connection because the server stops. Clients with automatic reconnect reconnect. */
  shutdown(): void {
    this.#startShutdown();
    this.#close({ type: MessageType.Close, allowReconnect: true });
  }

  /**
   * Hands the connection over to another server because this one stops. Closes the connection as
   * `shutdown` does, and resolves with undefined, if it cannot move.
   */
  async handOver(settings: HandOverSettings): Promise<StoredRecord | undefined> {
    const stateful = this.#stateful;
    if (stateful?.buffer === undefined || this.#isClosing) {
      this.shutdown();
      return undefined;
    }
    const parts = {
      connection: this,
      context: this.#context,
      dispatcher: this.#dispatcher,
      stateful,
      calls: this.calls,
      outgoing: this.#outgoing,
      membership: this.#membership,
      keepAlive: this.#keepAlive,
    };
    this.#departure = new Departure(parts, settings);
    return this.#departure.run();
  }

  /** Continues a connection of another server. The client is away until `activate` is called. */
  restore(protocol: HubProtocol, state: MessageBufferState, hasSentPings: boolean): void {
    this.#handshake?.stop();
    this.#stateful?.restore(state);
    this.#keepAlive.clientPings = hasSentPings;
    this.#startMessages(protocol);
  }

  /**
   * Lets the client of a restored connection connect. `tail` are the messages that follow those of
   * the restored state, and precede those that were sent on this server.
   */
  activate(protocol: HubProtocol, position: number, tail: readonly (string | Uint8Array)[]): void {
    this.#stateful?.awaitClient(protocol, position, tail);
    void this.#join(this.#membership.restore(), true);
  }

  /** Ends the connection, because another server has it or no server has claimed it. */
  endDeparture(isMoved: boolean): void {
    if (this.#isEnded) return;
    this.#startShutdown();
    if (isMoved) this.#membership.release();
    this.#transport.abort();
  }

  /** Sends a ping or closes a silent connection if it is time. `now` is the time of the clock. */
  onHeartbeat(now: number): void {
    const { protocol } = this;
    if (this.#isClosing || protocol === undefined) return;
    if (this.#stateful?.onHeartbeat(now, protocol) === false) return;
    const { options } = this.#dispatcher;
    // ASP.NET Core reads nothing while a call runs, so silence does not count during a call.
    const isBusy = this.calls.isRunning || this.#chunks.gate.isHeld;
    const action = this.#keepAlive.check(now, options, isBusy);
    if (action === 'ping' && this.#transport.hasInherentKeepAlive !== true) {
      this.send({ type: MessageType.Ping });
    }
    if (action === 'timeout') {
      this.#report.status = 'timeout';
      this.closeWithError(errors.clientTimeout(options.clientTimeoutInterval), true);
    }
  }

  #startShutdown(): void {
    if (!this.#isClosing) this.#report.status = 'app_shutdown';
    this.#shutdownDeadline ??= new ShutdownDeadline(this.#dispatcher, this.#onEnded);
    this.#shutdownDeadline.start();
  }

  /** Returns what follows the handshake in its chunk. */
  #readHandshake(chunk: Chunk): Chunk | undefined {
    const result = this.#handshake?.read(chunk);
    if (result === undefined) return undefined;
    this.#handshake = undefined;
    if (!result.isAccepted) return this.#refuseHandshake(result.error);
    const { protocol, version, rest } = result;
    this.#transport.send(writeAcceptance(protocol));
    if (version >= 2) this.#stateful?.start(protocol);
    this.#startMessages(protocol);
    void this.#join(this.#membership.join(), false);
    return rest;
  }

  #startMessages(protocol: HubProtocol): void {
    this.#outgoing.start(protocol);
    this.#readMessages(protocol);
    this.calls.hold();
  }

  #readMessages(protocol: HubProtocol): void {
    this.#reader = protocol.createReader(this.#dispatcher.options.maximumReceiveMessageSize);
  }

  async #join(joined: Promise<void>, allowReconnect: boolean): Promise<void> {
    try {
      await joined;
    } catch (error) {
      this.calls.clear();
      this.closeWithError(error as Error, allowReconnect);
    }
    // The transport may have closed while the connected hook ran.
    if (this.#isEnded) await this.#leave();
    else this.calls.release();
  }

  async #leave(): Promise<void> {
    const left = this.#membership.leave(this.#error);
    if (left !== undefined) await left;
    this.#shutdownDeadline?.stop();
    this.#onEnded();
  }

  /** Returns false if reading was paused. */
  #receive(message: HubMessage, size?: number): boolean {
    if (this.#isClosing || this.#stateful?.isForConnection(message) === false) return true;
    if (this.#rate?.admit(message) !== false) this.#incoming.receive(message, size);
    return !this.#chunks.gate.isHeld;
  }

  onCloseMessage({ error }: CloseMessage): void {
    this.#error = error === undefined ? undefined : errors.closedByClient(error);
    this.#close({ type: MessageType.Close });
  }

  onClientResult(): void {
    this.#departure?.onClientResult();
  }

  /** Closes the connection after an invalid message, once the calls before it have started. */
  #closeAfterCalls(error: Error): void {
    this.#reader = { read: () => undefined };
    this.calls.whenStarted(() => {
      if (!this.#isClosing) this.closeAfterInvalidMessage(error);
    });
  }

  /** Closes the connection with an error for the client. */
  closeWithError(error: Error, allowReconnect = false): void {
    this.#error = error;
    const text = this.#dispatcher.errorText(wireMessages.connectionClosedWithError, error);
    const reconnect = allowReconnect ? { allowReconnect } : {};
    this.#close({ type: MessageType.Close, error: text, ...reconnect });
  }

  #refuseHandshake(error: string): undefined {
    this.#transport.send(writeHandshakeResponse(error));
    this.#stopMessages();
    this.#transport.close();
  }

  #close(message: CloseMessage): void {
    if (this.#isClosing) return;
    try {
      this.send(message);
    } catch (error) {
      this.#dispatcher.options.logger.error(logMessages.sendFailed('Close'), error);
    }
    this.#stopMessages();
    this.#endCalls();
    this.#transport.close();
  }

  /** Stops reading and sending messages. */
  #stopMessages(): void {
    this.#isClosing = true;
    this.#handshake?.stop();
    this.#outgoing.stop();
    this.#chunks.drop();
  }

  /** Removes the queued calls and stops streams and uploads: the client cannot receive results. */
  #endCalls(): void {
    this.calls.clear();
    this.callerContext.markAborted();
    this.streams.abort(this.connectionId);
    this.#membership.close();
  }
}
