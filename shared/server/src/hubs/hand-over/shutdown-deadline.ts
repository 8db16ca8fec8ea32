import { logMessages } from '../../log-messages.ts';
import type { HubDispatcher } from '../dispatch/hub-dispatcher.ts';

/** Limits how long a server that stops waits for a connection and its disconnected hook. */
export class ShutdownDeadline {
  readonly #dispatcher: Pick<HubDispatcher, 'hubName' | 'options'>;
  readonly #onElapsed: () => void;
  #timer: NodeJS.Timeout | undefined;

  constructor(dispatcher: Pick<HubDispatcher, 'hubName' | 'options'>, onElapsed: () => void) {
    this.#dispatcher = dispatcher;
    this.#onElapsed = onElapsed;
  }

  /** Starts the time, unless it runs: an expired token stops a connection at each heartbeat. */
  start(): void {
    const { hubName, options } = this.#dispatcher;
    this.#timer ??= setTimeout(() => {
      options.logger.error(logMessages.disconnectedHookTimedOut(hubName));
      this.#onElapsed();
    }, options.shutdownTimeout);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
