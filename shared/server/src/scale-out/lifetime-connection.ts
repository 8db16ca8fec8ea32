import type { HubProtocol } from '@practical-signalr/protocol';
import type { SharedMessage } from './shared-message.ts';

/** A connection of this server, as a lifetime manager sees it. */
export interface LifetimeConnection {
  readonly connectionId: string;
  readonly userIdentifier: string | undefined;
  /**
   * Whether the client recovers missed messages, so that it needs the positions of messages from
   * the
   * first one on. Default: false.
   */
  readonly recovers?: boolean;
  /** The hub protocol that the client selected, or undefined before the handshake. */
  readonly protocol?: HubProtocol | undefined;
  /**
   * Whether the connection closes or has closed: the client receives no more messages and returns
   * no results. Default: false.
   */
  readonly isClosing?: boolean;
  /**
   * Sends a message. Returns undefined if the buffer of the connection has room for more, otherwise
   * a promise that resolves when it has.
   */
  write(message: SharedMessage): Promise<void> | undefined;
  /**
   * Closes the connection after everything that was sent so far. The client does not reconnect; it
   * receives `reason` as its error.
   */
  abort?(reason?: string): void;
}
