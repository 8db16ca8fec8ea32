/** Receives what happens on the connections of one server. All methods must be fast. */
export interface ActivityObserver {
  onOpened(hubName: string): void;
  /** `isFailure` is true if an error or a timeout has closed the connection. */
  onClosed(hubName: string, isFailure: boolean): void;
  /**
   * Called when the completion was sent, or when a stream has started. `startedAt` is the time of
   * `performance.now()` at which the call started.
   */
  onCall(hubName: string, startedAt: number): void;
  /** A call has failed, or was refused. `onCall` is called too. */
  onFailedCall(hubName: string): void;
}

/** What the hubs of one server have in common. Without an observer, each event costs one check. */
export interface ServerActivity {
  observer: ActivityObserver | undefined;
}
