import { type HubConnection, HubConnectionState } from '@microsoft/signalr';
import { MAXIMUM_TIME } from '../maximum-time.ts';

/** What a component knows about its connection. */
export interface ConnectionStatus {
  readonly state: HubConnectionState;
  /** The id on the server. It changes with each reconnect; null while there is no connection. */
  readonly connectionId: string | null;
  /** Why the client is not connected; undefined while it is, and after a regular close. */
  readonly error: Error | undefined;
}

/**
 * Starts and stops a connection for the components that use it, and reports its status to them.
 * Stopping and starting again, as StrictMode does, keeps the same connection.
 */
export class ConnectionLifecycle {
  readonly connection: HubConnection;
  /** How long to wait before the next start after a failure, in ms. */
  retryDelay: number;
  readonly #listeners = new Set<() => void>();
  #status: ConnectionStatus;
  #isWanted = false;
  #isSettling = false;
  #stopping: Promise<void> | undefined;
  #stops = 0;
  #retryTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(connection: HubConnection, retryDelay: number) {
    this.connection = connection;
    this.retryDelay = retryDelay;
    this.#status = { state: connection.state, connectionId: null, error: undefined };
    connection.onreconnecting((error) => this.#publish(error));
    connection.onreconnected(() => this.#publish(undefined));
    connection.onclose((error) => {
      this.#publish(error);
      if (error !== undefined) this.#retry();
    });
  }

  readonly getStatus = (): ConnectionStatus => this.#status;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Starts the connection. Returns a function that stops it. */
  readonly start = (): (() => void) => {
    this.#isWanted = true;
    void this.#settle();
    return () => {
      this.#isWanted = false;
      clearTimeout(this.#retryTimer);
      // This also ends a start that still waits for the server.
      this.#stop();
    };
  };

  /**
   * Starts the connection if it is wanted. One call at a time runs, and reads what was set last.
   */
  async #settle(): Promise<void> {
    if (this.#isSettling) return;
    this.#isSettling = true;
    // StrictMode starts, stops and starts in one go.
    await Promise.resolve();
    let hasFailed = false;
    while (!hasFailed) {
      await this.#stopping;
      // Components may have mounted and unmounted while the connection stopped.
      if (!this.#isWanted || this.connection.state !== HubConnectionState.Disconnected) break;
      hasFailed = !(await this.#startOnce());
    }
    this.#isSettling = false;
    if (hasFailed) this.#retry();
  }

  /** Returns false if the start fails for another reason than a stop. */
  async #startOnce(): Promise<boolean> {
    const stops = this.#stops;
    const start = this.connection.start();
    this.#publish(this.#status.error);
    try {
      await start;
      this.#publish(undefined);
      // The stop did nothing if the connection was not connecting yet, for example because an
      // application replaces start() by a function that first signs the user in.
      if (!this.#isWanted) this.#stop();
      return true;
    } catch (error) {
      if (this.#stops !== stops) return true;
      this.#publish(error as Error);
      return false;
    }
  }

  /** Stops the connection, unless it stops already. */
  #stop(): void {
    const isStopped = this.connection.state === HubConnectionState.Disconnected;
    if (isStopped || this.#stopping !== undefined) return;
    this.#stops += 1;
    this.#stopping = this.#stopOnce();
  }

  async #stopOnce(): Promise<void> {
    await this.connection.stop().catch(() => undefined);
    this.#stopping = undefined;
  }

  #retry(): void {
    if (!this.#isWanted) return;
    clearTimeout(this.#retryTimer);
    const delay = Math.min(this.retryDelay, MAXIMUM_TIME);
    this.#retryTimer = setTimeout(() => void this.#settle(), delay);
  }

  #publish(error: Error | undefined): void {
    const { state, connectionId } = this.connection;
    this.#status = { state, connectionId, error };
    for (const listener of this.#listeners) listener();
  }
}
