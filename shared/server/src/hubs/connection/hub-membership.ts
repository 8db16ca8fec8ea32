import { logMessages } from '../../log-messages.ts';
import type { LifetimeConnection } from '../../scale-out/lifetime-connection.ts';
import type { CallingConnection } from '../calling-connection.ts';
import type { HubDispatcher } from '../dispatch/hub-dispatcher.ts';

/** Adds one connection to its lifetime manager, removes it, and runs the hub's hooks. */
export class HubMembership {
  readonly #connection: LifetimeConnection & CallingConnection;
  readonly #dispatcher: HubDispatcher;
  #isMember = false;
  #isJoining = false;
  #isConnected = false;
  #left: Promise<void> | undefined;

  constructor(connection: LifetimeConnection & CallingConnection, dispatcher: HubDispatcher) {
    this.#connection = connection;
    this.#dispatcher = dispatcher;
  }

  /** Whether the connected hook has started, and `leave` has not. */
  get hasJoined(): boolean {
    return this.#isMember;
  }

  /** Whether `join` has started and has not settled. */
  get isJoining(): boolean {
    return this.#isJoining;
  }

  /** Resolves after the connected hook. Logs errors of the hook, then rejects with them. */
  async join(): Promise<void> {
    const { lifetime, options, hubName } = this.#dispatcher;
    this.#isJoining = true;
    try {
      await lifetime.onConnected(this.#connection);
      this.#isMember = true;
      const hook = this.#dispatcher.hooks.runConnected(this.#connection);
      if (hook !== undefined) await hook;
      this.#isConnected = true;
    } catch (error) {
      options.logger.error(logMessages.connectedHookFailed(hubName), error);
      throw error;
    } finally {
      this.#isJoining = false;
    }
  }

  /**
   * Starts the membership of a connection that has moved here. Another server has run the connected
   * hook, so only `onConnectionMoved` runs. Resolves after that hook. Logs errors of the hook, then
   * rejects with them.
   */
  async restore(): Promise<void> {
    const { options, hubName } = this.#dispatcher;
    this.#isJoining = true;
    this.#isMember = true;
    this.#isConnected = true;
    try {
      await this.#dispatcher.hooks.run(this.#connection, 'onConnectionMoved');
    } catch (error) {
      options.logger.error(logMessages.connectionMovedHookFailed(hubName), error);
      throw error;
    } finally {
      this.#isJoining = false;
    }
  }

  /**
   * Called when the connection starts to close, maybe twice. Does nothing if it has moved to
   * another server.
   */
  close(): void {
    if (this.#isMember || this.#isJoining) this.#dispatcher.lifetime.onClosing?.(this.#connection);
  }

  /**
   * Ends the membership when the connection moves to another server. The disconnected hook does not
   * run here, because the connection has not ended.
   */
  release(): void {
    this.#isMember = false;
  }

  /**
   * Removes the connection. Runs the disconnected hook first if the connected hook succeeded. Logs
   * errors, so it never rejects. Returns undefined if there is nothing to wait for, and the same
   * promise if it is called again.
   */
  leave(error: Error | undefined): Promise<void> | undefined {
    if (!this.#isMember) return this.#left;
    this.#isMember = false;
    this.#left = this.#leave(error);
    return this.#left;
  }

  async #leave(error: Error | undefined): Promise<void> {
    const { lifetime, options, hubName } = this.#dispatcher;
    try {
      await lifetime.onDisconnecting?.(this.#connection);
    } catch (lifetimeError) {
      options.logger.error(logMessages.lifetimeManagerFailed(hubName), lifetimeError);
    }
    try {
      if (this.#isConnected) await this.#dispatcher.hooks.runDisconnected(this.#connection, error);
    } catch (hookError) {
      options.logger.error(logMessages.disconnectedHookFailed(hubName), hookError);
    }
    try {
      await lifetime.onDisconnected(this.#connection);
    } catch (lifetimeError) {
      options.logger.error(logMessages.lifetimeManagerFailed(hubName), lifetimeError);
    }
  }
}
