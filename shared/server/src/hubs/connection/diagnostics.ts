import { channel } from 'node:diagnostics_channel';
import type { TransportName } from '../../transport-name.ts';
import type { ServerActivity } from '../server-activity.ts';

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

/** Publishes `invocation.failed`. */
export function publishFailedCall(
  hubName: string,
  hubMethodName: string,
  connectionId: string,
  error: unknown,
): void {
  if (!diagnostics.invocationFailed.hasSubscribers) return;
  diagnostics.invocationFailed.publish({ hubName, hubMethodName, connectionId, error });
}

/** The hub of a connection, or the path of `mapConnection`. */
export interface ReportedHub {
  readonly hubName: string;
  readonly options?: { readonly activity?: ServerActivity };
}

/** Publishes the opening and the closing of one connection. */
export class ConnectionReport {
  /** Why the connection closes. */
  status: ConnectionClosedEvent['status'] = 'normal_closure';
  readonly #hub: ReportedHub;
  readonly #connectionId: string;
  readonly #transport: TransportName;
  /** When the connection was opened, in ms on the clock of `performance.now()`. */
  readonly openedAt = performance.now();

  /** Publishes `connection.opened`. */
  constructor(hub: ReportedHub, connectionId: string, transport: TransportName) {
    this.#hub = hub;
    this.#connectionId = connectionId;
    this.#transport = transport;
    hub.options?.activity?.observer?.onOpened(hub.hubName);
    if (diagnostics.connectionOpened.hasSubscribers) {
      diagnostics.connectionOpened.publish(this.#describe());
    }
  }

  /** Publishes `connection.closed`. */
  close(error: Error | undefined, isTimedOut = false): void {
    const status = isTimedOut ? 'timeout' : this.status;
    const isFailure = error !== undefined || status === 'timeout';
    this.#hub.options?.activity?.observer?.onClosed(this.#hub.hubName, isFailure);
    if (!diagnostics.connectionClosed.hasSubscribers) return;
    const duration = performance.now() - this.openedAt;
    const event: ConnectionClosedEvent = {
      ...this.#describe(),
      duration,
      status,
      error,
    };
    diagnostics.connectionClosed.publish(event);
  }

  #describe(): ConnectionOpenedEvent {
    return {
      hubName: this.#hub.hubName,
      connectionId: this.#connectionId,
      transport: this.#transport,
    };
  }
}
