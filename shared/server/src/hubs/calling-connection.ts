import type {
  HubMessage,
  HubProtocol,
  InvocationMessage,
  StreamInvocationMessage,
} from '@practical-signalr/protocol';
import type { HubLifetimeManager } from '../scale-out/hub-lifetime-manager.ts';
import type { ClientResultTypes } from './client-results.ts';
import type { ConnectionCallerContext } from './hub-caller-context.ts';
import type { ClientStreams } from './streams/client-streams.ts';

/** A client's call of a hub method. */
export type Invocation = InvocationMessage | StreamInvocationMessage;

/** What a call needs from the connection that made it. `HubConnection` implements it. */
export interface CallingConnection {
  readonly connectionId: string;
  readonly callerContext: ConnectionCallerContext;
  /** The schemas of the results that clients return. */
  readonly clientResults: ClientResultTypes;
  readonly lifetime: HubLifetimeManager;
  readonly streams: ClientStreams;
  /** The protocol of the connection, once the handshake has selected one. */
  readonly protocol: HubProtocol | undefined;
  /** True once the client receives no more messages. */
  readonly isClosing: boolean;
  /** Sends a message to this client only. Throws the errors of the payload serializer. */
  send(message: HubMessage): void;
  /** Closes the connection after all queued messages are sent. */
  abort(): void;
  /** Closes the connection because a message of the client is invalid. */
  closeAfterInvalidMessage(error: Error): void;
  /**
   * Returns undefined if the connection's buffer has room. Otherwise, returns a promise that
   * resolves when it has room or the connection is closed. If `awaitsAcks` is false, messages do
   * not count only because the client has not acknowledged them. Default: true.
   */
  whenRoom(awaitsAcks?: boolean): Promise<void> | undefined;
  /** Returns a function that encodes and sends the items of one stream. */
  streamItemWriter(invocationId: string): (item: unknown) => void;
  /** Lets the client's next call run while this one waits for the result of a client. */
  letNextCallRun(invocation: Invocation | undefined): void;
}
