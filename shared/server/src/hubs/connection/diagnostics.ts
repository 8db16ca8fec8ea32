import { channel } from 'node:diagnostics_channel';
import type { TransportName } from '../../transport-name.ts';

/**
 * The message of the channel `practical-signalr.connection.opened` of `node:diagnostics_channel`.
 * @example
 * import { subscribe } from 'node:diagnostics_channel';
 * subscribe('practical-signalr.connection.opened', (message) => {
 *   const { hubName, transport } = message as ConnectionOpenedEvent;
 *   console.log(hubName, transport);
 * });
 */
export interface ConnectionOpenedEvent {
  /** The name of the hub, or the path of `mapConnection`. */
  readonly hubName: string;
  readonly connectionId: string;
  readonly transport: TransportName;
}

/** The message of the channel `practical-signalr.connection.closed`. */
export interface ConnectionClosedEvent extends ConnectionOpenedEvent {
  /** How long the connection was open, in ms. */
  readonly duration: number;
  /**
   * Why the connection closed. `timeout` means that the client was silent, or stayed away, for too
   * long. `normal_closure` includes errors; see `error`.
   * Source: `signalr.connection.status` of ASP.NET Core's metrics.
   */
  readonly status: 'normal_closure' | 'timeout' | 'app_shutdown';
  /** The error that closed the connection, or undefined if there was none. */
  readonly error: Error | undefined;
}

/** The message of the channel `practical-signalr.invocation.failed`. */
export interface InvocationFailedEvent {
  /** The name of the hub class. */
  readonly hubName: string;
  /** The name of the method, as the hub class spells it. */
  readonly hubMethodName: string;
  readonly connectionId: string;
  /** The value that the method, a filter or the argument schema threw. */
  readonly error: unknown;
}

/** The channels of `node:diagnostics_channel`. Without a subscriber, each event costs one check. */
export const diagnostics = {
  connectionOpened: channel('practical-signalr.connection.opened'),
  connectionClosed: channel('practical-signalr.connection.closed'),
  invocationFailed: channel('practical-signalr.invocation.failed'),
};

/** Publishes the opening and the closing of one connection. */
export class ConnectionReport {
  /** Why the connection closes. */
  status: ConnectionClosedEvent['status'] = 'normal_closure';
  readonly #hubName: string;
  readonly #connectionId: string;
  readonly #transport: TransportName;
  readonly #openedAt = performance.now();

  /** Publishes `connection.opened`. */
  constructor(hubName: string, connectionId: string, transport: TransportName) {
    this.#hubName = hubName;
    this.#connectionId = connectionId;
    this.#transport = transport;
    if (diagnostics.connectionOpened.hasSubscribers) {
      diagnostics.connectionOpened.publish(this.#describe());
    }
  }

  /** Publishes `connection.closed`. */
  close(error: Error | undefined, isTimedOut = false): void {
    if (!diagnostics.connectionClosed.hasSubscribers) return;
    const duration = performance.now() - this.#openedAt;
    const event: ConnectionClosedEvent = {
      ...this.#describe(),
      duration,
      status: isTimedOut ? 'timeout' : this.status,
      error,
    };
    diagnostics.connectionClosed.publish(event);
  }

  #describe(): ConnectionOpenedEvent {
    return {
      hubName: this.#hubName,
      connectionId: this.#connectionId,
      transport: this.#transport,
    };
  }
}
