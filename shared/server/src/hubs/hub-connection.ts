import {
  type CloseMessage,
  type CompletionMessage,
  HandshakeReader,
  type HubMessage,
  type HubProtocol,
  type MessageReader,
  MessageTooLargeError,
  MessageType,
  writeHandshakeResponse,
} from '@practical-signalr/protocol';
import type { ConnectionContext } from '../connections/connection-context.ts';
import type { ConnectionRequest } from '../connections/connection-request.ts';
import { transferFormats, type Transport, type TransportEvents } from '../connections/transport.ts';
import { errorTexts } from '../error-texts.ts';
import type { HubLifetimeManager, LifetimeConnection } from '../scale-out/hub-lifetime-manager.ts';
import type { SharedMessage } from '../scale-out/shared-message.ts';
import { CallQueue } from './call-queue.ts';
import type { ClientResultTypes } from './client-results.ts';
import { ClientStreams } from './client-streams.ts';
import {
  type ConnectionClosedEvent,
  type ConnectionOpenedEvent,
  reportClosed,
  reportOpened,
} from './diagnostics.ts';
import type { Invocation } from './hub-call.ts';
import type { ConnectionCallerContext } from './hub-caller-context.ts';
import type { HubDispatcher } from './hub-dispatcher.ts';
import { ClientTimeoutError, KeepAlive } from './keep-alive.ts';
import { isCounted } from './message-buffer.ts';
import { ReadGate } from './read-gate.ts';
import { type StatefulConnection, StatefulTransport } from './stateful-transport.ts';
import { userIdentifierOf } from './user-identifier.ts';

/** A refreshed token changes the claims of a living connection. */
type Writable<T, TName extends keyof T> = Omit<T, TName> & { -readonly [TKey in TName]: T[TKey] };

const PING: HubMessage = { type: MessageType.Ping };

/**
 * The life of one connection, from handshake to the disconnected hook.
 * Source: `HubConnectionHandler<THub>` and `HubConnectionContext` of ASP.NET Core.
 */
export class HubConnection implements LifetimeConnection, StatefulConnection {
  readonly connectionId: string;
  readonly userIdentifier: string | undefined;
  readonly callerContext: Writable<ConnectionCallerContext, 'user'>;
  readonly streams: ClientStreams;
  readonly #dispatcher: HubDispatcher;
  readonly #transport: Transport;
  readonly #stateful: StatefulTransport | undefined;
  readonly #onEnded: () => void;
  readonly #calls: CallQueue;
  readonly #gate: ReadGate;
  #aborted: AbortController | undefined;
  #handshake: HandshakeReader | undefined;
  #handshakeTimer: NodeJS.Timeout | undefined;
  #shutdownTimer: NodeJS.Timeout | undefined;
  #protocol: HubProtocol | undefined;
  #reader: MessageReader | undefined;
  #joined = false;
  #closing = false;
  #ended = false;
  #error: Error | undefined;
  readonly #nameless: boolean;
  #status: ConnectionClosedEvent['status'] = 'normal_closure';
  readonly #keepAlive = new KeepAlive(Date.now());
  readonly #openedAt = performance.now();

  constructor(
    context: ConnectionContext,
    transport: Transport,
    request: ConnectionRequest,
    dispatcher: HubDispatcher,
    onEnded: () => void,
  ) {
    const { options } = dispatcher;
    this.connectionId = context.connectionId;
    const userIdentifier = userIdentifierOf(context, request, options);
    this.userIdentifier = userIdentifier ?? undefined;
    this.#nameless = userIdentifier === null; // the handshake says so, since every transport has one
    this.#dispatcher = dispatcher;
    if (context.useStatefulReconnect && transport.name === 'WebSockets') {
      this.#stateful = new StatefulTransport(this, context, transport, options);
    }
    this.#transport = this.#stateful ?? transport;
    this.#onEnded = onEnded;
    this.#handshake = new HandshakeReader(options.maximumReceiveMessageSize);
    this.#handshakeTimer = setTimeout(
      () => this.#refuse(errorTexts.handshakeCanceled),
      options.handshakeTimeout,
    );
    this.#gate = new ReadGate(this.#transport);
    this.streams = new ClientStreams(options.streamBufferCapacity, this.#gate);
    this.#calls = new CallQueue(
      options.maximumParallelInvocationsPerClient,
      (message) => dispatcher.invoke(this, message),
      this.#gate,
    );
    const abortSignal = (): AbortSignal => this.#abortSignal();
    this.callerContext = {
      connectionId: this.connectionId,
      userIdentifier: this.userIdentifier,
      items: new Map(),
      transport: transport.name,
      request,
      user: context.ticket?.user,
      get connectionAborted() {
        return abortSignal();
      },
      abort: () => this.abort(),
    };
    reportOpened(this.#event());
  }

  get protocol(): HubProtocol | undefined {
    return this.#protocol;
  }

  /** True when nobody hears answers any more. */
  get isClosing(): boolean {
    return this.#closing;
  }

  get lifetime(): HubLifetimeManager {
    return this.#dispatcher.lifetime;
  }

  get clientResults(): ClientResultTypes {
    return this.#dispatcher.clientResults;
  }

  /** Who hears the transport. */
  get transportEvents(): TransportEvents {
    return this.#stateful ?? this;
  }

  onReconnected(): void {
    this.#keepAlive.heard = true;
    this.#reader = this.#protocol?.createReader(this.#dispatcher.options.maximumReceiveMessageSize);
  }

  onReceive(piece: string | Uint8Array): void {
    if (this.#closing) return;
    this.#keepAlive.heard = true;
    try {
      if (this.#reader !== undefined) this.#reader.read(piece, (message) => this.#receive(message));
      else this.#readHandshake(piece);
    } catch (error) {
      this.#badMessage(error as Error);
    }
  }

  /** The transport is gone: the end of this connection, whoever wished it. */
  onClose(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#closing = true;
    clearTimeout(this.#handshakeTimer);
    reportClosed(this.#event(), this.#openedAt, this.#status, this.#error);
    this.#endCalls();
    void this.#leave();
  }

  onMoved(): void {
    this.streams.move(this.connectionId, this.#calls, () => this.#transport.close());
  }

  write(message: SharedMessage): Promise<void> | undefined {
    if (this.#closing || this.#protocol === undefined) return undefined;
    const payload = message.encoded(this.#protocol);
    if (payload === undefined) return this.#withoutProtocol(this.#protocol.name);
    this.#keepAlive.sent = true;
    this.#transport.sendShared(payload);
    return this.#transport.whenRoom();
  }

  /** Sends what only this client gets. Throws what the payload serializer throws. */
  send(message: HubMessage): void {
    if (this.#closing || this.#protocol === undefined) return;
    this.#keepAlive.sent = true;
    const payload = this.#protocol.writeMessage(message);
    if (isCounted(message) || this.#transport.sendUncounted === undefined)
      this.#transport.send(payload);
    else this.#transport.sendUncounted(payload);
  }

  whenRoom(): Promise<void> | undefined {
    return this.#closing ? undefined : this.#transport.whenRoom();
  }

  /** Encodes and sends the items of one stream. */
  streamItemWriter(invocationId: string): (item: unknown) => void {
    const protocol = this.#protocol as HubProtocol;
    const encode =
      protocol.createItemWriter?.(invocationId) ??
      ((item: unknown) =>
        protocol.writeMessage({ type: MessageType.StreamItem, invocationId, item }));
    return (item) => {
      if (this.#closing) return;
      this.#keepAlive.sent = true;
      this.#transport.send(encode(item));
    };
  }

  /** A call of this client waits for a client: the next one may run meanwhile. */
  letNextCallRun(message: Invocation | undefined): void {
    if (message !== undefined) this.#calls.letNextRun(message);
  }

  /** Whether the connected hook may run, or has. */
  get hasJoined(): boolean {
    return this.#joined;
  }

  /** Ends the connection from within a hub: a bare Close message after all that was sent. */
  abort(): void {
    this.#close({ type: MessageType.Close });
  }

  /** Ends the connection because the server stops: clients with automatic reconnect come back. */
  shutdown(): void {
    if (!this.#closing) this.#status = 'app_shutdown';
    const { logger, shutdownTimeout } = this.#dispatcher.options;
    this.#shutdownTimer = setTimeout(() => {
      logger.error(errorTexts.disconnectedHookHangs(this.#dispatcher.hubName));
      this.#onEnded();
    }, shutdownTimeout);
    this.#close({ type: MessageType.Close, allowReconnect: true });
  }

  /** Keeps the connection alive and ends it when the client is silent. Called by the hub's heartbeat. */
  beat(now: number): void {
    if (
      this.#closing ||
      this.#protocol === undefined ||
      this.#stateful?.beat(now, this.#protocol) === false
    )
      return;
    const { options } = this.#dispatcher;
    // While a call runs nothing is read in ASP.NET Core, so silence does not count.
    const due = this.#keepAlive.beat(now, options, this.#calls.isRunning || this.#gate.isHeld);
    if (due === 'ping' && this.#transport.hasInherentKeepAlive !== true) this.send(PING);
    if (due === 'timeout') {
      this.#status = 'timeout';
      this.#fail(
        new ClientTimeoutError(errorTexts.clientTimeout(options.clientTimeoutInterval)),
        true,
      );
    }
  }

  #readHandshake(piece: string | Uint8Array): void {
    const read = this.#handshake?.read(piece);
    if (read === undefined) return;
    this.#handshake = undefined;
    clearTimeout(this.#handshakeTimer);
    const { options } = this.#dispatcher;
    if (this.#nameless) return this.#refuse(errorTexts.handshakeFailed);
    const name = read.request.protocol.toLowerCase();
    const protocol = options.protocols.find((offered) => offered.name === name);
    if (protocol === undefined) {
      this.#refuse(errorTexts.protocolNotSupported(read.request.protocol));
    } else if (read.request.version < 1 || read.request.version > protocol.version) {
      this.#refuse(errorTexts.protocolVersionNotSupported(read.request.version, protocol.name));
    } else if (!transferFormats[this.#transport.name].includes(protocol.transferFormat)) {
      this.#refuse(errorTexts.protocolNeedsBinary(protocol.name, protocol.transferFormat));
    } else {
      // The answer is JSON in every protocol, but travels in the frames of the chosen one.
      const response = writeHandshakeResponse();
      this.#transport.send(protocol.transferFormat === 'Binary' ? Buffer.from(response) : response);
      if (read.request.version >= 2) this.#stateful?.start(protocol);
      this.#protocol = protocol;
      this.#reader = protocol.createReader(options.maximumReceiveMessageSize);
      this.#calls.hold();
      void this.#join();
      if (read.rest.length > 0) this.onReceive(read.rest);
    }
  }

  async #join(): Promise<void> {
    try {
      await this.#dispatcher.lifetime.onConnected(this);
      this.#joined = true;
      await this.#dispatcher.connected(this);
    } catch (error) {
      this.#dispatcher.options.logger.error(
        errorTexts.connectedHookFailed(this.#dispatcher.hubName),
        error,
      );
      this.#calls.clear();
      this.#fail(error as Error, false);
    }
    if (this.#ended) await this.#leave(); // it ended while it joined
    else this.#calls.release();
  }

  async #leave(): Promise<void> {
    if (this.#joined) {
      this.#joined = false;
      const { lifetime, options, hubName } = this.#dispatcher;
      try {
        await this.#dispatcher.disconnected(this, this.#error);
      } catch (error) {
        options.logger.error(errorTexts.disconnectedHookFailed(hubName), error);
      }
      try {
        await lifetime.onDisconnected(this);
      } catch (error) {
        options.logger.error(errorTexts.lifetimeFailed(hubName), error);
      }
    }
    clearTimeout(this.#shutdownTimer);
    this.#onEnded();
  }

  #receive(message: HubMessage): void {
    if (this.#closing || this.#stateful?.isForConnection(message) === false) return;
    switch (message.type) {
      case MessageType.Invocation:
      case MessageType.StreamInvocation:
        this.#invoke(message);
        break;
      case MessageType.CancelInvocation:
        this.streams.cancel(message.invocationId);
        break;
      case MessageType.Close:
        this.#error = message.error === undefined ? undefined : new Error(message.error);
        this.#close({ type: MessageType.Close });
        break;
      case MessageType.Ping:
        this.#keepAlive.clientPings = true;
        break;
      case MessageType.StreamItem:
        this.streams.receive(message.invocationId, message.item);
        break;
      case MessageType.Completion:
        this.#complete(message);
        break;
      default:
    }
  }

  /** Items may come before the call that takes them runs, so its uploads are opened at once. */
  #invoke(message: Invocation): void {
    const error = message.streamIds?.length
      ? this.streams.uploads.open(message.streamIds)
      : undefined;
    if (error === undefined) this.#calls.add(message);
    else if (message.invocationId !== undefined)
      this.send({
        type: MessageType.Completion,
        invocationId: message.invocationId,
        hasResult: false,
        error,
      });
  }

  /** The end of an upload, or the answer to a question. One that nobody waits for is passed over. */
  #complete(message: CompletionMessage): void {
    if (this.streams.complete(message.invocationId, message.error)) return;
    this.lifetime.setConnectionResult(this.connectionId, message);
  }

  #badMessage(error: Error): void {
    this.#handshake = undefined;
    const refusal =
      error instanceof MessageTooLargeError
        ? errorTexts.handshakeCanceled
        : errorTexts.handshakeFailed;
    if (this.#protocol === undefined) return this.#refuse(refusal);
    this.#dispatcher.options.logger.debug(errorTexts.badMessage(this.connectionId), error.message);
    // What came before the bad message is answered first.
    this.#reader = { read: () => undefined };
    this.#calls.whenDone(() => this.#fail(error, true));
  }

  #withoutProtocol(name: string): undefined {
    this.#dispatcher.options.logger.error(errorTexts.missingProtocol(this.connectionId, name));
    this.abort();
  }

  #fail(error: Error, allowReconnect: boolean): void {
    this.#error = error;
    const text = this.#dispatcher.errorText(errorTexts.connectionClosedWithError, error);
    this.#close({
      type: MessageType.Close,
      error: text,
      ...(allowReconnect ? { allowReconnect } : {}),
    });
  }

  #refuse(error: string): void {
    if (this.#closing) return;
    this.#transport.send(writeHandshakeResponse(error));
    this.#closing = true;
    clearTimeout(this.#handshakeTimer);
    this.#transport.close();
  }

  #close(message: CloseMessage): void {
    if (this.#closing) return;
    try {
      this.send(message);
    } catch (error) {
      this.#dispatcher.options.logger.error(errorTexts.sendFailed('Close'), error);
    }
    this.#closing = true;
    clearTimeout(this.#handshakeTimer);
    this.#endCalls();
    this.#transport.close();
  }

  /** Nobody hears the calls any more: those that wait are forgotten, streams and uploads end. */
  #endCalls(): void {
    this.#calls.clear();
    this.#aborted?.abort();
    this.streams.abort(this.connectionId);
  }

  #event(): ConnectionOpenedEvent {
    return {
      hubName: this.#dispatcher.hubName,
      connectionId: this.connectionId,
      transport: this.#transport.name,
    };
  }

  #abortSignal(): AbortSignal {
    if (this.#aborted === undefined) {
      this.#aborted = new AbortController();
      if (this.#closing) this.#aborted.abort();
    }
    return this.#aborted.signal;
  }
}
