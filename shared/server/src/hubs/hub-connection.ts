import {
  type CloseMessage,
  HandshakeReader,
  type HubMessage,
  type HubProtocol,
  type InvocationMessage,
  type MessageReader,
  MessageTooLargeError,
  MessageType,
  type StreamInvocationMessage,
  writeHandshakeResponse,
} from '@practical-signalr/protocol';
import { redactTokens } from '../authentication/redact-tokens.ts';
import type { ConnectionContext } from '../connections/connection-context.ts';
import type { ConnectionRequest } from '../connections/connection-request.ts';
import { transferFormats, type Transport, type TransportEvents } from '../connections/transport.ts';
import { errorTexts } from '../error-texts.ts';
import type { LifetimeConnection } from '../scale-out/hub-lifetime-manager.ts';
import type { SharedMessage } from '../scale-out/shared-message.ts';
import { CallQueue } from './call-queue.ts';
import type { HubCallerContext } from './hub-caller-context.ts';
import { LifetimeHubCallerClients } from './hub-clients.ts';
import type { HubDispatcher } from './hub-dispatcher.ts';
import { isCounted } from './message-buffer.ts';
import { type StatefulConnection, StatefulTransport } from './stateful-transport.ts';

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
  readonly callerContext: Writable<HubCallerContext, 'user'>;
  readonly #dispatcher: HubDispatcher;
  readonly #transport: Transport;
  readonly #stateful: StatefulTransport | undefined;
  readonly #onEnded: () => void;
  readonly #calls: CallQueue;
  readonly #streams = new Map<string, () => void>();
  #callerClients: LifetimeHubCallerClients<unknown> | undefined;
  #aborted: AbortController | undefined;
  #handshake: HandshakeReader | undefined;
  #handshakeTimer: NodeJS.Timeout | undefined;
  #protocol: HubProtocol | undefined;
  #reader: MessageReader | undefined;
  #joined = false;
  #closing = false;
  #ended = false;
  #error: Error | undefined;
  #nameless = false;
  #heardAt = Date.now();
  #pings = false;
  #sentAt = Date.now();
  #heard = false;
  #sent = false;

  constructor(
    context: ConnectionContext,
    transport: Transport,
    request: ConnectionRequest,
    dispatcher: HubDispatcher,
    onEnded: () => void,
  ) {
    const { options } = dispatcher;
    this.connectionId = context.connectionId;
    this.userIdentifier = this.#userIdentifier(context, request, dispatcher);
    this.#dispatcher = dispatcher;
    if (context.useStatefulReconnect && transport.name === 'WebSockets') {
      this.#stateful = new StatefulTransport(this, context, transport, options);
    }
    this.#transport = this.#stateful ?? transport;
    this.#onEnded = onEnded;
    this.#handshake = new HandshakeReader(options.maximumReceiveMessageSize);
    this.#handshakeTimer = setTimeout(() => this.#refuse(errorTexts.handshakeCanceled), options.handshakeTimeout);
    this.#calls = new CallQueue(
      options.maximumParallelInvocationsPerClient,
      (message) => dispatcher.invoke(this, message),
      this.#transport,
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
  }

  get protocol(): HubProtocol | undefined {
    return this.#protocol;
  }

  get callerClients(): unknown {
    this.#callerClients ??= new LifetimeHubCallerClients(this.#dispatcher.lifetime, this.connectionId);
    return this.#callerClients;
  }

  /** Who hears the transport. */
  get transportEvents(): TransportEvents {
    return this.#stateful ?? this;
  }

  onReconnected(): void {
    this.#heardAt = Date.now();
    this.#reader = this.#protocol?.createReader(this.#dispatcher.options.maximumReceiveMessageSize);
  }

  onReceive(piece: string | Uint8Array): void {
    if (this.#closing) return;
    this.#heard = true;
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
    this.#calls.clear();
    for (const cancel of this.#streams.values()) cancel();
    this.#streams.clear();
    this.#aborted?.abort();
    void this.#leave();
  }

  write(message: SharedMessage): Promise<void> | undefined {
    if (this.#closing || this.#protocol === undefined) return undefined;
    const payload = message.encoded(this.#protocol);
    if (payload === undefined) return this.#withoutProtocol(this.#protocol.name);
    this.#sent = true;
    this.#transport.sendShared(payload);
    return this.#transport.whenRoom();
  }

  /** Sends what only this client gets. Throws what the payload serializer throws. */
  send(message: HubMessage): void {
    if (this.#closing || this.#protocol === undefined) return;
    this.#sent = true;
    const payload = this.#protocol.writeMessage(message);
    if (this.#stateful === undefined || isCounted(message)) this.#transport.send(payload);
    else this.#stateful.sendUncounted(payload);
  }

  whenRoom(): Promise<void> | undefined {
    return this.#closing ? undefined : this.#transport.whenRoom();
  }

  /** Registers a running stream; the returned function ends the registration. */
  beginStream(invocationId: string, cancel: () => void): () => void {
    if (this.#ended) cancel();
    else this.#streams.set(invocationId, cancel);
    return () => this.#streams.delete(invocationId);
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
    this.#close({ type: MessageType.Close, allowReconnect: true });
  }

  /** Keeps the connection alive and ends it when the client is silent. Called by the hub's heartbeat. */
  beat(now: number): void {
    if (this.#closing || this.#protocol === undefined || this.#stateful?.beat(now, this.#protocol) === false) return;
    const { keepAliveInterval, clientTimeoutInterval } = this.#dispatcher.options;
    // While a call runs nothing is read in ASP.NET Core, so silence does not count.
    // A client that has never sent a ping is not expected to: it may be silent for as long as it likes.
    if (this.#heard || this.#calls.isRunning || !this.#pings) this.#heardAt = now;
    else if (now - this.#heardAt > clientTimeoutInterval) {
      this.#fail(new ClientTimeoutError(errorTexts.clientTimeout(clientTimeoutInterval)), true);
      return;
    }
    if (this.#sent) this.#sentAt = now;
    else if (now - this.#sentAt >= keepAliveInterval && this.#transport.hasInherentKeepAlive !== true) {
      this.send(PING);
      this.#sentAt = now;
    }
    this.#heard = false;
    this.#sent = false;
  }

  #userIdentifier(
    { userIdentifier, ticket, connectionId }: ConnectionContext,
    request: ConnectionRequest,
    { options }: HubDispatcher,
  ): string | undefined {
    try {
      return userIdentifier ?? options.userIdProvider.getUserId({ user: ticket?.user, request });
    } catch (error) {
      options.logger.error(errorTexts.userIdFailed(connectionId), redactTokens(error, request));
      this.#nameless = true; // the handshake says so, since every transport has one
      return undefined;
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
      this.#transport.send(writeHandshakeResponse());
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
      this.#dispatcher.options.logger.error(errorTexts.connectedHookFailed(this.#dispatcher.hubName), error);
      this.#calls.clear();
      this.#fail(error as Error, false);
    }
    if (this.#ended) await this.#leave(); // it ended while it joined
    else this.#calls.release();
  }

  async #leave(): Promise<void> {
    if (this.#joined) {
      this.#joined = false;
      try {
        await this.#dispatcher.disconnected(this, this.#error);
      } catch (error) {
        this.#dispatcher.options.logger.error(errorTexts.disconnectedHookFailed(this.#dispatcher.hubName), error);
      }
      await this.#dispatcher.lifetime.onDisconnected(this);
    }
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
        this.#streams.get(message.invocationId)?.();
        break;
      case MessageType.Close:
        this.#error = message.error === undefined ? undefined : new Error(message.error);
        this.#close({ type: MessageType.Close });
        break;
      case MessageType.Ping:
        this.#pings = true;
        break;
      default:
      // Completions and items that nobody waits for are passed over.
    }
  }

  #invoke(message: InvocationMessage | StreamInvocationMessage): void {
    const id = message.invocationId;
    if (message.type === MessageType.StreamInvocation && this.#streams.has(message.invocationId)) {
      this.send({
        type: MessageType.Completion,
        invocationId: message.invocationId,
        hasResult: false,
        error: errorTexts.invocationIdInUse(id as string),
      });
    } else this.#calls.add(message);
  }

  #badMessage(error: Error): void {
    this.#handshake = undefined;
    if (this.#protocol === undefined) {
      this.#refuse(error instanceof MessageTooLargeError ? errorTexts.handshakeCanceled : errorTexts.handshakeFailed);
      return;
    }
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
    this.#close({ type: MessageType.Close, error: text, ...(allowReconnect ? { allowReconnect } : {}) });
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
    this.send(message);
    this.#closing = true;
    clearTimeout(this.#handshakeTimer);
    this.#calls.clear();
    this.#aborted?.abort();
    this.#transport.close();
  }

  #abortSignal(): AbortSignal {
    if (this.#aborted === undefined) {
      this.#aborted = new AbortController();
      if (this.#closing) this.#aborted.abort();
    }
    return this.#aborted.signal;
  }
}

/** Named as in ASP.NET Core, since detailed errors show the name. */
class ClientTimeoutError extends Error {
  override readonly name = 'OperationCanceledException';
}
