import { type HubMessage, MessageType } from '@practical-signalr/protocol';
import { errors } from '../../errors.ts';
import type { CallLimiter, ConnectionRates } from '../../limits/call-limiter.ts';
import { logMessages } from '../../log-messages.ts';
import { wireMessages } from '../../wire-messages.ts';
import type { Invocation } from '../calling-connection.ts';
import type { HubDispatcher } from '../dispatch/hub-dispatcher.ts';
import type { ClientStreams } from '../streams/client-streams.ts';

/** The connection whose rate is limited. */
interface LimitedConnection {
  readonly connectionId: string;
  readonly userIdentifier: string | undefined;
  readonly streams: ClientStreams;
  send(message: HubMessage): void;
  closeWithError(error: Error): void;
}

/** Refuses the calls and upload items of one connection that exceed a rate limit. */
export class IncomingRate {
  readonly #connection: LimitedConnection;
  readonly #dispatcher: HubDispatcher;
  readonly #rates: ConnectionRates;
  #isReported = false;

  constructor(connection: LimitedConnection, limiter: CallLimiter, dispatcher: HubDispatcher) {
    this.#connection = connection;
    this.#dispatcher = dispatcher;
    this.#rates = limiter.ratesOf(connection.connectionId, connection.userIdentifier);
  }

  /** Returns false if a message exceeds a limit. Then the client has its answer. */
  admit(message: HubMessage): boolean {
    switch (message.type) {
      case MessageType.Invocation:
      case MessageType.StreamInvocation:
        if (this.#rates.takeCall(message.target)) return true;
        if (!this.#close()) this.#failCall(message);
        return false;
      case MessageType.StreamItem:
        if (this.#rates.takeItem()) return true;
        if (!this.#close()) {
          const { itemRateExceeded } = wireMessages;
          this.#connection.streams.complete(message.invocationId, itemRateExceeded);
        }
        return false;
      default:
        return true;
    }
  }

  #failCall({ invocationId, target }: Invocation): void {
    if (invocationId === undefined) return;
    const error = wireMessages.rateExceeded(target);
    this.#connection.send({ type: MessageType.Completion, invocationId, hasResult: false, error });
  }

  /** Logs the first call over the limit. Closes the connection and returns true if it has to. */
  #close(): boolean {
    if (!this.#isReported) {
      this.#isReported = true;
      const { hubName, options } = this.#dispatcher;
      options.logger.warn(logMessages.rateExceeded(hubName, this.#connection.connectionId));
    }
    if (this.#rates.closesConnection) this.#connection.closeWithError(errors.rateLimitExceeded());
    return this.#rates.closesConnection;
  }
}
