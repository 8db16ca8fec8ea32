import { channel } from 'node:diagnostics_channel';
import type { TransportName } from '../connections/transport.ts';

/** What the channel `practical-signalr.connection.opened` carries. */
export interface ConnectionOpenedEvent {
  readonly hubName: string;
  readonly connectionId: string;
  readonly transport: TransportName;
}

/** What the channel `practical-signalr.connection.closed` carries. */
export interface ConnectionClosedEvent extends ConnectionOpenedEvent {
  /** Time since it was opened, in ms. */
  readonly duration: number;
  /** Source: `signalr.connection.status` of ASP.NET Core's metrics. */
  readonly status: 'normal_closure' | 'timeout' | 'app_shutdown';
  readonly error: Error | undefined;
}

/** What the channel `practical-signalr.invocation.failed` carries. */
export interface InvocationFailedEvent {
  readonly hubName: string;
  readonly hubMethodName: string;
  readonly connectionId: string;
  readonly error: unknown;
}

/** Channels of `node:diagnostics_channel`; without a subscriber they cost a comparison. */
export const diagnostics = {
  connectionOpened: channel('practical-signalr.connection.opened'),
  connectionClosed: channel('practical-signalr.connection.closed'),
  invocationFailed: channel('practical-signalr.invocation.failed'),
};

/** Tells of a new connection. */
export function reportOpened(event: ConnectionOpenedEvent): void {
  if (diagnostics.connectionOpened.hasSubscribers) diagnostics.connectionOpened.publish(event);
}

/** Tells of the end of one. `openedAt` is a `performance.now()`. */
export function reportClosed(
  event: ConnectionOpenedEvent,
  openedAt: number,
  status: ConnectionClosedEvent['status'],
  error: Error | undefined,
): void {
  if (!diagnostics.connectionClosed.hasSubscribers) return;
  diagnostics.connectionClosed.publish({
    ...event,
    duration: performance.now() - openedAt,
    status,
    error,
  });
}
